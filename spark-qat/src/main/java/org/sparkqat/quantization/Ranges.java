package org.sparkqat.quantization;

import java.util.Arrays;

/**
 * The ranges of all activation quantizers of a network, then those of weights that are learned, one
 * slot a range: a quantizer per tensor has one slot, a quantizer per channel one slot a channel.
 *
 * @param min smallest value of each slot
 * @param max largest value of each slot
 */
public record Ranges(float[] min, float[] max) {

  public Ranges {
    if (min.length != max.length) {
      throw new IllegalArgumentException(
          "Invalid ranges: " + min.length + " minima and " + max.length + " maxima");
    }
  }

  /** All slots empty. */
  public static Ranges empty(int slots) {
    Ranges ranges = new Ranges(new float[slots], new float[slots]);
    ranges.clear();
    return ranges;
  }

  public int slots() {
    return min.length;
  }

  public Range range(int slot) {
    return new Range(min[slot], max[slot]);
  }

  public void set(int slot, Range range) {
    min[slot] = range.min();
    max[slot] = range.max();
  }

  public void clear() {
    Arrays.fill(min, Float.POSITIVE_INFINITY);
    Arrays.fill(max, Float.NEGATIVE_INFINITY);
  }

  /** Widens a slot to contain the given range. */
  public void observe(int slot, Range range) {
    set(slot, range(slot).union(range));
  }

  /** Widens every slot to contain the other's; exact in any order. */
  public void union(Ranges other) {
    if (slots() != other.slots()) {
      throw new IllegalArgumentException(
          "Cannot merge ranges: " + other.slots() + " slots (expected " + slots() + ")");
    }
    for (int slot = 0; slot < min.length; slot++) {
      observe(slot, other.range(slot));
    }
  }

  public Ranges copy() {
    return new Ranges(min.clone(), max.clone());
  }

  /** Minima then maxima in one array: the form that is hashed and written down. */
  public float[] flat() {
    float[] flat = Arrays.copyOf(min, 2 * min.length);
    System.arraycopy(max, 0, flat, min.length, max.length);
    return flat;
  }

  /** The inverse of {@link #flat()}. */
  public static Ranges ofFlat(float[] flat) {
    if (flat.length % 2 != 0) {
      throw new IllegalArgumentException(
          "Invalid ranges: " + flat.length + " numbers (must be as many minima as maxima)");
    }
    int slots = flat.length / 2;
    return new Ranges(
        Arrays.copyOfRange(flat, 0, slots), Arrays.copyOfRange(flat, slots, flat.length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ranges ranges
        && Arrays.equals(min, ranges.min)
        && Arrays.equals(max, ranges.max);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(min) + Arrays.hashCode(max);
  }

  @Override
  public String toString() {
    return "Ranges[min=" + Arrays.toString(min) + ", max=" + Arrays.toString(max) + "]";
  }
}
