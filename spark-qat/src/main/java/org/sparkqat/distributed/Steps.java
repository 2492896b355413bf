package org.sparkqat.distributed;

import org.sparkqat.distributed.exchange.StateLostException;
import org.sparkqat.training.TrainingState;

/** How one state of a job becomes the next. */
interface Steps {

  /**
   * Makes one step. Between two settled states the parameters and slots may be with the workers,
   * and empty here.
   *
   * @throws StateLostException when what the step builds on was lost
   */
  TrainingStep.Outcome next(TrainingState state);

  /**
   * Frees the arrays of a state that nobody will read any more, but for those that its next one
   * has.
   */
  void reclaim(TrainingState state, TrainingState next);

  /** True when a state is all that there is to know, once it is {@link #whole}. */
  boolean isSettled(TrainingState state);

  /** The same state, which is settled, with all of it here. */
  TrainingState whole(TrainingState state);
}
