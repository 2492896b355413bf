package org.sparkqat.app;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.sparkqat.app.config.DistillationConfiguration;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.distributed.TrainingSettings;
import org.sparkqat.distributed.worker.Teacher;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;

/** Finds the teacher of a job. */
final class Teachers {

  private Teachers() {}

  /** The settings with the teacher that the job names. */
  static TrainingSettings taught(
      TrainingSettings settings, JobConfiguration job, Configuration hadoop) throws IOException {
    return job.training().distillation().isPresent()
        ? settings.worker(
            settings.worker().teacher(load(job.training().distillation().get(), hadoop)))
        : settings;
  }

  /**
   * What a job must keep to go on: of its teacher not where it lies, but what it has learned, the
   * SHA-256 of its parameters.
   */
  static Map<String, String> marked(Map<String, String> fingerprint, TrainingSettings settings) {
    Map<String, String> marked = new LinkedHashMap<>(fingerprint);
    settings
        .worker()
        .teacher()
        .ifPresent(
            teacher ->
                marked.put(
                    DistillationConfiguration.TEACHER,
                    ParameterLayout.sha256(teacher.parameters())));
    return marked;
  }

  private static Teacher load(DistillationConfiguration by, Configuration hadoop)
      throws IOException {
    ModelFolder folder = ModelFolder.open(DistillationConfiguration.TEACHER, by.teacher(), hadoop);
    TrainingState state = folder.endOf(Phase.FLOAT).orElseGet(folder::latest);
    return new Teacher(
        folder.job().network(),
        folder.job().data().normalization(),
        state.parameters(),
        state.statistics(),
        by.distillation());
  }
}
