package org.sparkqat.app.config;

import org.sparkqat.training.Stage;

/**
 * The epoch of a stage, from 0, from which something is frozen.
 *
 * @param epoch at least 0; {@link #LAST} and {@link #NEVER} have their own
 */
public record FreezeEpoch(int epoch) {

  /** No epoch. */
  public static final FreezeEpoch NEVER = new FreezeEpoch(Stage.NEVER);

  /** The last epoch of the stage, however many it has; none where it has none. */
  public static final FreezeEpoch LAST = new FreezeEpoch(-1);

  /** The epoch in a stage of so many epochs; {@link Stage#NEVER}: none. */
  int of(int epochs) {
    if (!equals(LAST)) {
      return epoch;
    }
    return epochs == 0 ? Stage.NEVER : epochs - 1;
  }
}
