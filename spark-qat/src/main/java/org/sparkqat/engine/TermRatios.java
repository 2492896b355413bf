package org.sparkqat.engine;

/**
 * How evaluation adds two tensors of codes, each operation rounded to binary32: {@code (q_term *
 * toOther + q_other) * toSum}, then rounded half to even to the sum's codes. The term is the one of
 * the later block, which may go on with the sum while it computes.
 *
 * @param toOther {@code s_term / s_other}
 * @param toSum {@code s_other / s_out}
 */
public record TermRatios(float toOther, float toSum) {

  /** The ratios of the scales in force. */
  public static TermRatios of(float term, float other, float sum) {
    return new TermRatios(term / other, other / sum);
  }

  /** True when the scales are so far apart that real numbers have to be added instead. */
  public boolean overflow() {
    return !isNormal(toOther) || !isNormal(toSum);
  }

  private static boolean isNormal(float ratio) {
    return ratio >= Float.MIN_NORMAL && ratio <= Float.MAX_VALUE / Short.MAX_VALUE;
  }
}
