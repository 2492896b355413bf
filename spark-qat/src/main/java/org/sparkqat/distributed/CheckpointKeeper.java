package org.sparkqat.distributed;

import org.sparkqat.training.CheckpointMark;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;

/**
 * Writes a state down every so many steps, at the end of each epoch, and, tagged {@code float},
 * {@code ptq} or {@code qat}, at the end of each phase. Epochs of the QAT phase count for the best.
 */
public final class CheckpointKeeper implements StateKeeper {

  private final CheckpointStore store;
  private final int everySteps;
  private final Runnable beforeSave;

  /**
   * A keeper of checkpoints.
   *
   * @param everySteps optimizer steps between two checkpoints within an epoch; 0: none there
   */
  public CheckpointKeeper(CheckpointStore store, int everySteps) {
    this(store, everySteps, () -> {});
  }

  /**
   * A keeper of checkpoints that lets something else be written before each of them.
   *
   * @param everySteps optimizer steps between two checkpoints within an epoch; 0: none there
   * @param beforeSave writes what a resumed job needs beside the checkpoint, e.g. its metrics
   */
  public CheckpointKeeper(CheckpointStore store, int everySteps, Runnable beforeSave) {
    this.store = store;
    this.everySteps = everySteps;
    this.beforeSave = beforeSave;
  }

  @Override
  public void afterSteps(TrainingState state, int steps) {
    boolean counts = state.position().phase() != Phase.CALIBRATION;
    if (counts && everySteps > 0 && state.position().step() % everySteps < steps) {
      save(state, CheckpointMark.NONE);
    }
  }

  @Override
  public void afterEpoch(TrainingState state, double accuracy) {
    save(
        state,
        state.position().phase() == Phase.QAT
            ? CheckpointMark.scored(accuracy)
            : CheckpointMark.NONE);
  }

  @Override
  public void afterPhase(TrainingState state, Phase ended, double accuracy) {
    CheckpointMark mark = CheckpointMark.tagged(tag(ended));
    save(state, ended == Phase.QAT ? mark.withScore(accuracy) : mark);
  }

  private void save(TrainingState state, CheckpointMark mark) {
    beforeSave.run();
    store.save(state, mark);
  }

  /** The tag of the checkpoint at the end of a phase. */
  public static String tag(Phase ended) {
    return switch (ended) {
      case FLOAT -> "float";
      case CALIBRATION -> "ptq";
      case QAT, DONE -> "qat";
    };
  }
}
