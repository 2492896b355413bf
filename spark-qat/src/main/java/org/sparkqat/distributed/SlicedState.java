package org.sparkqat.distributed;

import org.sparkqat.tensor.Slices;

/**
 * Parameters and optimizer slots as bytes that all executors fetch from each other.
 *
 * @param step to be made next
 */
record SlicedState(long step, float[] parameters, float[][] slots) {

  static final int LARGEST = Integer.MAX_VALUE - 1024;

  /** Bytes of so many arrays in the parameters' layout. */
  static long size(long parameters, int slots) {
    return 64 + (4 + 4 * parameters) * (1 + slots);
  }

  byte[] encode() {
    Wire wire = Wire.writer(size(parameters.length, slots.length)).putLong(step);
    wire.putFloats(parameters).putInt(slots.length);
    for (float[] slot : slots) {
      wire.putFloats(slot);
    }
    return wire.bytes();
  }

  /** All parameters, and the slots of one slice alone. */
  static SlicedState decode(byte[] bytes, Slices slices, int slice) {
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
