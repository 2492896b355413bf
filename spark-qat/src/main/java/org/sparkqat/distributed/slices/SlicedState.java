package org.sparkqat.distributed.slices;

import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.tensor.Slices;

/**
 * Parameters and optimizer slots as bytes that all executors fetch from each other.
 *
 * @param step to be made next
 */
public record SlicedState(long step, float[] parameters, float[][] slots) {

  public static final int LARGEST = Integer.MAX_VALUE - 1024;

  /** Bytes of so many arrays in the parameters' layout. */
  public static long size(long parameters, int slots) {
    return 64 + (4 + 4 * parameters) * (1 + slots);
  }

  public byte[] encode() {
    Wire wire = Wire.writer(size(parameters.length, slots.length)).putLong(step);
    wire.putFloats(parameters).putInt(slots.length);
    for (float[] slot : slots) {
      wire.putFloats(slot);
    }
    return wire.bytes();
  }

  /** All parameters, and the slots of one slice alone. */
  public static SlicedState decode(byte[] bytes, Slices slices, int slice) {
    Wire wire = Wire.reader(bytes);
    long step = wire.getLong();
    float[] parameters = wire.getFloats();
    float[][] slots = new float[wire.getInt()][];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = wire.getFloats(slices.from(slice), slices.to(slice));
    }
    return new SlicedState(step, parameters, slots);
  }
}
