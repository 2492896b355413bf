package org.sparkqat.app;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.sparkqat.app.config.ConfigurationText;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.Checkpoint;
import org.sparkqat.training.CheckpointRetention;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Stage.Form;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainedModel;
import org.sparkqat.training.TrainingState;

/** The output folder of a run, as the commands that use a trained model read it. */
final class ModelFolder {

  private final String path;
  private final JobConfiguration job;
  private final CheckpointStore checkpoints;

  private ModelFolder(String path, JobConfiguration job, CheckpointStore checkpoints) {
    this.path = path;
    this.job = job;
    this.checkpoints = checkpoints;
  }

  /** Reads the configuration of the run that {@code --model} names; nothing else yet. */
  static ModelFolder open(String path, Configuration hadoop) throws IOException {
    return open("--model", path, hadoop);
  }

  /**
   * Reads the configuration of the run; nothing else yet.
   *
   * @param option where the user has named it
   */
  static ModelFolder open(String option, String path, Configuration hadoop) throws IOException {
    RunFolder folder = RunFolder.of(path, hadoop);
    if (!folder.files().exists(folder.path(RunFolder.CONFIGURATION))) {
      throw new WrongUsageException(
          "Invalid %s: %s (holds no %s; must be the output folder of a run)"
              .formatted(option, path, RunFolder.CONFIGURATION));
    }
    ConfigurationText text =
        ConfigurationText.read(
            folder.path(RunFolder.CONFIGURATION).toString(),
            folder.read(RunFolder.CONFIGURATION),
            List.of());
    return new ModelFolder(path, text.job(), checkpoints(folder, hadoop));
  }

  /** The checkpoints of a folder, whatever job they are of. */
  static CheckpointStore checkpoints(RunFolder folder, Configuration hadoop) {
    return CheckpointStore.open(
        folder.checkpoints(),
        hadoop,
        JobSettings.origin(Map.of(), ""),
        CheckpointRetention.DEFAULT);
  }

  /** The configuration that the run was made with. */
  JobConfiguration job() {
    return job;
  }

  /** The state at the end of a phase; empty when the run did not get there, or skips the phase. */
  Optional<TrainingState> endOf(Phase phase) {
    if (phase == Phase.CALIBRATION) {
      return checkpoints.tagged(Stages.CALIBRATED).map(Checkpoint::state);
    }
    Form form = phase == Phase.FLOAT ? Form.FLOAT : Form.QUANTIZED;
    Stages stages = job.training().stages();
    if (form == Form.QUANTIZED && stages.epochs(form) == 0) {
      return Optional.empty();
    }
    // The last stage that has ended: training may have ended with an earlier one.
    for (int stage = stages.count() - 1; stage >= 0; stage--) {
      if (stages.get(stage).form() == form) {
        Optional<Checkpoint> found = checkpoints.tagged(stages.get(stage).name());
        if (found.isPresent()) {
          return found.map(Checkpoint::state);
        }
      }
    }
    return Optional.empty();
  }

  /** The state that the run got to. */
  TrainingState latest() {
    return checkpoints
        .latest()
        .map(Checkpoint::state)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Cannot load model: " + path + " holds no checkpoint (train it first)"));
  }

  /** What the network of a state is quantized with. */
  QuantizationScheme scheme(TrainingState state) {
    return job.training().stages().ofNetwork(state.position()).scheme();
  }

  /** What a worker must know to compute with a state. */
  WorkerSpecification worker(TrainingState state) {
    return JobSettings.worker(job).scheme(scheme(state));
  }

  /** The network with the numbers of a state. */
  TrainedModel model(TrainingState state) {
    return new TrainedModel(
        job.network(),
        job.data().normalization(),
        scheme(state),
        state.parameters(),
        state.statistics(),
        state.ranges());
  }
}
