package org.sparkqat.quantization;

/** The quantization range of a tensor: its smallest and its largest real value. */
public record Range(float min, float max) {

  /** The range of no values, neutral in {@link #union}. */
  public static final Range EMPTY = new Range(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

  /**
   * The range of {@code values[from ... to)}; NaN in both ends when a value is NaN, because {@link
   * Math#min} and {@link Math#max} give NaN when either argument is.
   */
  public static Range of(float[] values, int from, int to) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    return new Range(min, max);
  }

  /** The smallest range that contains both; exact, commutative and associative. */
  public Range union(Range other) {
    return new Range(Math.min(min, other.min), Math.max(max, other.max));
  }

  public boolean isEmpty() {
    return min > max;
  }

  /** True when both ends are finite numbers. */
  public boolean isFinite() {
    return Float.isFinite(min) && Float.isFinite(max);
  }
}
