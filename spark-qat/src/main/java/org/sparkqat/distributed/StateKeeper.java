package org.sparkqat.distributed;

import org.sparkqat.training.Position;
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

  /**
   * A phase has ended; the state is at the start of the next one.
   *
   * @param ended the position where it ended
   */
  void afterPhase(TrainingState state, Position ended, double accuracy);

  /**
   * True, as by default, when a state may still be read after {@link #afterSteps} has returned.
   * False: its arrays may hold later states then.
   */
  default boolean holdsStates() {
    return true;
  }

  /** A stage did not pass its gate; the state is where it begins, to be repeated. */
  default void afterRollBack(TrainingState state) {}

  /** Keeps nothing. */
  StateKeeper NONE =
      new StateKeeper() {
        @Override
        public void afterSteps(TrainingState state, int steps) {}

        @Override
        public void afterEpoch(TrainingState state, double accuracy) {}

        @Override
        public void afterPhase(TrainingState state, Position ended, double accuracy) {}

        @Override
        public boolean holdsStates() {
          return false;
        }
      };
}
