package org.sparkqat.distributed;

import org.sparkqat.training.CheckpointMark;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/**
 * Writes a state down every so many steps, at the end of each epoch, and, tagged as {@link
 * Stages#tag} says, at the end of each phase. Epochs of the last stage count for the best, if it is
 * quantized.
 */
public final class CheckpointKeeper implements StateKeeper {

  private final CheckpointStore store;
  private final Stages stages;
  private final int everySteps;
  private final Runnable beforeSave;

  /**
   * A keeper of checkpoints.
   *
   * @param everySteps optimizer steps between two checkpoints within an epoch; 0: none there
   */
  public CheckpointKeeper(CheckpointStore store, Stages stages, int everySteps) {
    this(store, stages, everySteps, () -> {});
  }

  /**
   * A keeper of checkpoints that lets something else be written before each of them.
   *
   * @param everySteps optimizer steps between two checkpoints within an epoch; 0: none there
   * @param beforeSave writes what a resumed job needs beside the checkpoint, e.g. its metrics
   */
  public CheckpointKeeper(
      CheckpointStore store, Stages stages, int everySteps, Runnable beforeSave) {
    this.store = store;
    this.stages = stages;
    this.everySteps = everySteps;
    this.beforeSave = beforeSave;
  }

  @Override
  public void afterSteps(TrainingState state, int steps) {
    if (Schedule.optimizes(state.position())
        && everySteps > 0
        && state.position().step() % everySteps < steps) {
      save(state, CheckpointMark.NONE);
    }
  }

  @Override
  public void afterEpoch(TrainingState state, double accuracy) {
    save(state, counts(state.position()) ? CheckpointMark.scored(accuracy) : CheckpointMark.NONE);
  }

  @Override
  public void afterPhase(TrainingState state, Position ended, double accuracy) {
    CheckpointMark mark = CheckpointMark.tagged(stages.tag(ended));
    save(state, counts(ended) ? mark.withScore(accuracy) : mark);
  }

  @Override
  public void afterRollBack(TrainingState state) {
    save(state, CheckpointMark.NONE);
  }

  @Override
  public boolean holdsStates() {
    return false;
  }

  private boolean counts(Position at) {
    return (at.phase() == Phase.QAT || at.phase() == Phase.ESTIMATION)
        && at.stage() == stages.count() - 1;
  }

  private void save(TrainingState state, CheckpointMark mark) {
    beforeSave.run();
    store.save(state, mark);
  }
}
