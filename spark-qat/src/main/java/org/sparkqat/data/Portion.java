package org.sparkqat.data;

import java.io.Serializable;

/**
 * The part of a data set whose keys, the hashes by which examples are ordered, lie in an interval.
 * Keys are uniform, so the part has about that share of the examples, drawn at random; which ones
 * depends on the seed and on each example alone: not on partitions, files, hosts or other examples.
 * Examples with one key are in one part.
 *
 * @param from first key as a share of all that there are, at least 0
 * @param to the key behind the last one likewise, above {@code from}, at most 1
 */
public record Portion(double from, double to) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Every example. */
  public static final Portion ALL = new Portion(0, 1);

  public Portion {
    if (!(from >= 0 && from < to && to <= 1)) {
      throw new IllegalArgumentException(
          "Invalid portion: %s to %s (needs 0 <= from < to <= 1)".formatted(from, to));
    }
  }

  /**
   * The examples that are left when a share of them is held out.
   *
   * @param share in (0, 1)
   */
  public static Portion withoutHeldOut(double share) {
    return new Portion(0, border(share));
  }

  /**
   * The examples that are held out.
   *
   * @param share in (0, 1)
   */
  public static Portion heldOut(double share) {
    return new Portion(border(share), 1);
  }

  /** The same number for both sides, so that no example is on both, or on none. */
  private static double border(double share) {
    double border = 1 - share;
    if (!(share > 0 && border > 0 && border < 1)) {
      throw new IllegalArgumentException(
          "Invalid share: " + share + " (allowed: above 0, below 1, and not less than 1e-16)");
    }
    return border;
  }

  boolean isAll() {
    return from == 0 && to == 1;
  }

  boolean holds(KeyedExample example) {
    return Long.compareUnsigned(example.high, first(from)) >= 0
        && (to == 1 || Long.compareUnsigned(example.high, first(to)) < 0);
  }

  /** The first half of the first key from a share on; one with few digits in binary is exact. */
  private static long first(double share) {
    return (long) Math.scalb(share, Long.SIZE - 1) << 1;
  }

  /** What is wrong when no example is in it. */
  String emptiness() {
    if (isAll()) {
      return "Invalid data set: it is empty (at least 1 row is needed)";
    }
    return to == 1
        ? "Invalid data.validation.share: it holds out none of the training rows (raise it, or add rows)"
        : "Invalid data.validation.share: it holds out every training row (lower it, or add rows)";
  }
}
