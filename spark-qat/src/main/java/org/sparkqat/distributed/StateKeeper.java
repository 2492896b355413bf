package org.sparkqat.distributed;

import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;

/** Decides when a state is written down. */
public interface StateKeeper {

  /**
   * Within an epoch, where a state is all that there is to know.
   *
   * @param steps since the last such state, at least 1
   */
  void afterSteps(TrainingState state, int steps);

  /** An epoch has ended, but not its phase. */
  void afterEpoch(TrainingState state, double accuracy);

  /** A phase has ended; the state is at the start of the next one. */
  void afterPhase(TrainingState state, Phase ended, double accuracy);

  /** Keeps nothing. */
  StateKeeper NONE =
      new StateKeeper() {
        @Override
        public void afterSteps(TrainingState state, int steps) {}

        @Override
        public void afterEpoch(TrainingState state, double accuracy) {}

        @Override
        public void afterPhase(TrainingState state, Phase ended, double accuracy) {}
      };
}
