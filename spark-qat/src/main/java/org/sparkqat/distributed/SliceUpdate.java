package org.sparkqat.distributed;

/**
 * What makes the merged gradient of a step, which owners hold in slices, the next parameters.
 *
 * @param step whose gradient it is
 * @param factor that clipping multiplies the gradient by
 * @param rate learning rate
 * @param update number of the optimizer's step, from 1
 */
record SliceUpdate(long step, double factor, double rate, long update) {

  static final int BYTES = 32;

  void write(Wire wire) {
    wire.putLong(step).putDouble(factor).putDouble(rate).putLong(update);
  }

  static SliceUpdate read(Wire wire) {
    return new SliceUpdate(wire.getLong(), wire.getDouble(), wire.getDouble(), wire.getLong());
  }
}
