package org.sparkqat.app;

import org.sparkqat.distributed.StateKeeper;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/**
 * Passes on every n-th end of an epoch only.
 *
 * @param everyEpochs n; 0: none
 */
record EpochThinning(StateKeeper keeper, int everyEpochs) implements StateKeeper {

  @Override
  public void afterSteps(TrainingState state, int steps) {
    keeper.afterSteps(state, steps);
  }

  @Override
  public void afterEpoch(TrainingState state, double accuracy) {
    if (everyEpochs > 0 && state.position().epoch() % everyEpochs == 0) {
      keeper.afterEpoch(state, accuracy);
    }
  }

  @Override
  public void afterPhase(TrainingState state, Position ended, double accuracy) {
    keeper.afterPhase(state, ended, accuracy);
  }

  @Override
  public void afterRollBack(TrainingState state) {
    keeper.afterRollBack(state);
  }

  @Override
  public boolean holdsStates() {
    return keeper.holdsStates();
  }
}
