package org.sparkqat.engine;

import org.sparkqat.quantization.Affine;

/**
 * What the gradient of a learned range needs of each value {@code x} with code {@code q} less its
 * zero point: {@code q - x / scale} where the unclamped code lies within the codes, marks
 * elsewhere; and the three sums over gradients {@code dy} of quantized values from which any
 * learned range has its gradient: {@code sum dy} below the codes, {@code sum dy * (q - x / scale)}
 * inside, {@code sum dy} above.
 */
public final class RangeTerms {

  /** Sums of a slot, in the order below, inside, above. */
  public static final int SUMS = 3;

  /** Beyond every difference of a code and its real number. */
  private static final float OUTSIDE = 2f;

  private RangeTerms() {}

  /**
   * The terms of values.
   *
   * @param values as the quantizer takes them, from {@code values[from]} on
   * @param terms receives as many, from {@code terms[into]} on
   */
  public static void of(
      float[] values, int from, Affine affine, float[] terms, int into, int count) {
    float low = affine.lowest();
    float high = affine.highest();
    float scale = affine.scale();
    // Floats, no branches, and one array, which cannot overlap with itself: the loop becomes vector
    // instructions.
    System.arraycopy(values, from, terms, into, count);
    for (int i = into; i < into + count; i++) {
      float wide = Math.max(low - 1, Math.min(high + 1, terms[i] / scale));
      float code = Affine.round(wide);
      float clamped = Math.max(low, Math.min(high, code));
      float beyond = code - clamped;
      float inside = 1 - Math.abs(beyond);
      terms[i] = inside * (clamped - wide) + OUTSIDE * beyond;
    }
  }

  /** The term of one value. */
  public static float of(float value, Affine affine) {
    float[] term = {value};
    of(term, 0, affine, term, 0, 1);
    return term[0];
  }

  /**
   * Adds the three sums of a run of values to those of a slot.
   *
   * @param diff gradients of the quantized values, from {@code diff[from]} on
   * @param terms from {@code terms[first]} on
   * @param times what the gradients are multiplied by
   */
  public static void add(
      float[] diff,
      int from,
      float[] terms,
      int first,
      int count,
      double times,
      double[] sums,
      int slot) {
    double below = 0;
    double inside = 0;
    double above = 0;
    // Few values lie outside: the branches are foreseen, and cheaper than arithmetic without them.
    for (int i = 0; i < count; i++) {
      float term = terms[first + i];
      double dy = diff[from + i];
      if (term > 1) {
        above += dy;
      } else if (term < -1) {
        below += dy;
      } else {
        inside += dy * term;
      }
    }
    sums[SUMS * slot] += times * below;
    sums[SUMS * slot + 1] += times * inside;
    sums[SUMS * slot + 2] += times * above;
  }

  /** Adds the sum of the gradients of values that have one term. */
  public static void add(double diff, float term, double[] sums, int slot) {
    if (term > 1) {
      sums[SUMS * slot + 2] += diff;
    } else if (term < -1) {
      sums[SUMS * slot] += diff;
    } else {
      sums[SUMS * slot + 1] += diff * term;
    }
  }
}
