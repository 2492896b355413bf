package org.sparkqat.distributed;

import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;

/** Decides when a state is written down. */
public interface StateKeeper {

  /** Within an epoch. */
  void afterStep(TrainingState state);

  /** An epoch has ended, but not its phase. */
  void afterEpoch(TrainingState state, double accuracy);

  /** A phase has ended; the state is at the start of the next one. */
  void afterPhase(TrainingState state, Phase ended, double accuracy);

  /** Keeps nothing. */
  StateKeeper NONE =
      new StateKeeper() {
        @Override
        public void afterStep(TrainingState state) {}

        @Override
        public void afterEpoch(TrainingState state, double accuracy) {}

        @Override
        public void afterPhase(TrainingState state, Phase ended, double accuracy) {}
      };
}
