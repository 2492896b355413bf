package org.sparkqat.distributed.slices;

import org.sparkqat.distributed.wire.Wire;

/**
 * What makes the merged gradient of a step, which owners hold in slices, the next parameters.
 *
 * @param step whose gradient it is
 * @param factor that clipping multiplies the gradient by
 * @param rate learning rate
 * @param update number of the optimizer's step, from 1
 */
public record SliceUpdate(long step, double factor, double rate, long update) {

  public static final int BYTES = 32;

  public void write(Wire wire) {
    wire.putLong(step).putDouble(factor).putDouble(rate).putLong(update);
  }

  public static SliceUpdate read(Wire wire) {
    return new SliceUpdate(wire.getLong(), wire.getDouble(), wire.getDouble(), wire.getLong());
  }
}
