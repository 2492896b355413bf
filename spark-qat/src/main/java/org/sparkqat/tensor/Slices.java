package org.sparkqat.tensor;

/**
 * Contiguous slices of a flat array, cut between units of {@link #UNIT} elements and as even as
 * that allows. With fewer units than slices, some slices are empty.
 *
 * @param elements of the array, at least 1
 * @param count number of slices, at least 1
 */
public record Slices(int elements, int count) {

  /** What no cut divides: a leaf of a sum of squares, a block of a rounded gradient. */
  public static final int UNIT = 256;

  public Slices {
    if (elements < 1 || count < 1) {
      throw new IllegalArgumentException(
          "Invalid slices: %d of %d elements (at least 1 of each)".formatted(count, elements));
    }
  }

  /** First element of a slice. */
  public int from(int slice) {
    if (slice < 0 || slice > count) {
      throw new IllegalArgumentException(
          "Invalid slice: %d (allowed: 0 to %d)".formatted(slice, count - 1));
    }
    long units = ((long) elements + UNIT - 1) / UNIT;
    return (int) Math.min(units * slice / count * UNIT, elements);
  }

  /** One past the last element of a slice. */
  public int to(int slice) {
    return from(slice + 1);
  }

  public int size(int slice) {
    return to(slice) - from(slice);
  }
}
