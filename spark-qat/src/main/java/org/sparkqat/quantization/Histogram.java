package org.sparkqat.quantization;

/**
 * How many values of a tensor lie in each of {@link #BINS} equal parts of a range; a value outside
 * counts for the nearest part. Counts of shards add up exactly, in any order.
 *
 * @param counts one number a part
 */
public record Histogram(Range range, long[] counts) {

  /** Parts of a range. */
  public static final int BINS = 2048;

  public Histogram {
    if (counts.length != BINS) {
      throw new IllegalArgumentException(
          "Invalid histogram: " + counts.length + " counts (expected " + BINS + ")");
    }
  }

  /**
   * Counts {@code values[from ... to)} over a range, from {@code counts[offset]} on; NaN is not
   * counted, and neither is anything over a range that is empty or has no width.
   */
  public static void count(
      Range range, float[] values, int from, int to, long[] counts, int offset) {
    if (range.isEmpty() || !(range.max() > range.min())) {
      return;
    }
    double perUnit = BINS / ((double) range.max() - range.min());
    for (int i = from; i < to; i++) {
      if (!Float.isNaN(values[i])) {
        int bin = (int) (((double) values[i] - range.min()) * perUnit);
        counts[offset + Math.max(0, Math.min(BINS - 1, bin))]++;
      }
    }
  }

  /** The middle of a part. */
  public double center(int bin) {
    return range.min() + (bin + 0.5) * width();
  }

  /** The width of a part. */
  public double width() {
    return ((double) range.max() - range.min()) / BINS;
  }

  /** How many values were counted. */
  public long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Histogram histogram
        && range.equals(histogram.range)
        && java.util.Arrays.equals(counts, histogram.counts);
  }

  @Override
  public int hashCode() {
    return 31 * range.hashCode() + java.util.Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "Histogram[range=" + range + ", total=" + total() + "]";
  }
}
