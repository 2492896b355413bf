package org.sparkqat.app;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.sparkqat.app.config.ConfigurationText;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.distributed.CheckpointKeeper;
import org.sparkqat.training.Checkpoint;
import org.sparkqat.training.CheckpointRetention;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Phase;
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
    if (phase == Phase.QAT && job.training().qatEpochs() == 0) {
      return Optional.empty();
    }
    return checkpoints.tagged(CheckpointKeeper.tag(phase)).map(Checkpoint::state);
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

  /** The network with the numbers of a state. */
  TrainedModel model(TrainingState state) {
    return new TrainedModel(
        job.network(),
        job.data().normalization(),
        job.scheme(),
        state.parameters(),
        state.statistics(),
        state.ranges());
  }
}
