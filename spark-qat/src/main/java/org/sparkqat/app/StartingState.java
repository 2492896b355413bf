package org.sparkqat.app;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StartMode;
import org.sparkqat.distributed.QatTrainer;
import org.sparkqat.network.Network;
import org.sparkqat.training.Checkpoint;
import org.sparkqat.training.CheckpointOrigin;
import org.sparkqat.training.CheckpointRetention;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.TrainingState;

/**
 * Where a run starts: at a checkpoint of its own, with the weights of another run, or from the
 * beginning.
 *
 * @param checkpoint name of the run's own checkpoint
 * @param instructionSet what that checkpoint was computed with
 */
record StartingState(
    TrainingState state, Optional<String> checkpoint, Optional<String> instructionSet) {

  static StartingState of(
      StartMode mode,
      CheckpointStore own,
      JobConfiguration job,
      QatTrainer trainer,
      Configuration hadoop)
      throws IOException {
    if (mode instanceof StartMode.Resume resume) {
      Optional<Checkpoint> found =
          resume.checkpoint().isPresent()
              ? Optional.of(own.named(resume.checkpoint().get()))
              : own.latest();
      if (found.isPresent()) {
        return new StartingState(
            found.get().state(),
            found.map(Checkpoint::name),
            found.map(each -> each.origin().instructionSet()));
      }
    }
    TrainingState initial = trainer.initialState();
    return new StartingState(
        job.model().weights().isPresent()
            ? withWeights(initial, job, job.model().weights().get(), hadoop)
            : initial,
        Optional.empty(),
        Optional.empty());
  }

  /** What to say when the run goes on with another instruction set. */
  Optional<String> warnOfOtherThan(String now) {
    return instructionSet
        .filter(then -> !then.equals(now))
        .map(
            then ->
                "The checkpoint was computed with %s and the run goes on with %s: the last bits of the result may differ"
                    .formatted(then, now));
  }

  private static TrainingState withWeights(
      TrainingState initial, JobConfiguration job, String weights, Configuration hadoop)
      throws IOException {
    Checkpoint checkpoint = checkpoint(weights, hadoop);
    requireSameModel(weights, checkpoint, job);
    return new TrainingState(
        initial.position(),
        checkpoint.state().parameters(),
        initial.slots(),
        checkpoint.state().statistics(),
        initial.ranges(),
        initial.observations(),
        initial.results());
  }

  /** The named checkpoint, or the latest one of an output folder. */
  private static Checkpoint checkpoint(String weights, Configuration hadoop) throws IOException {
    RunFolder folder = RunFolder.of(weights, hadoop);
    if (folder.files().exists(folder.checkpoints())) {
      return ModelFolder.checkpoints(folder, hadoop)
          .latest()
          .orElseThrow(() -> missing(weights, "no checkpoint in it"));
    }
    Path path = folder.root();
    if (path.getParent() == null || !folder.files().exists(path)) {
      throw missing(weights, "no such folder");
    }
    return CheckpointStore.open(
            path.getParent(),
            hadoop,
            new CheckpointOrigin(Map.of(), Version.current(), ""),
            CheckpointRetention.DEFAULT)
        .named(path.getName());
  }

  private static WrongUsageException missing(String weights, String reason) {
    return new WrongUsageException(
        "Invalid model.weights: %s (%s; must be a checkpoint or the output folder of a run)"
            .formatted(weights, reason));
  }

  private static void requireSameModel(
      String weights, Checkpoint checkpoint, JobConfiguration job) {
    Network network = job.network();
    String theirs = checkpoint.origin().fingerprint().getOrDefault("model.name", "another");
    boolean same =
        checkpoint.state().parameters().length == network.parameters().size()
            && checkpoint.state().statistics().length == network.statistics().size()
            && Objects.equals(theirs, job.model().name());
    if (!same) {
      throw new IllegalStateException(
          ("Cannot start from model.weights %s: they are of model '%s' with %,d parameters, not of"
                  + " '%s' with %,d")
              .formatted(
                  weights,
                  theirs,
                  checkpoint.state().parameters().length,
                  job.model().name(),
                  network.parameters().size()));
    }
  }
}
