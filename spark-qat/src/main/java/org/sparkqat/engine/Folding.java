package org.sparkqat.engine;

/**
 * Batch folding: batch normalization with running statistics, as a factor on the weights and a bias
 * (Krishnamoorthi 2018, arXiv 1806.08342).
 *
 * <p>{@code factor = gamma' / sigma}, {@code sigma = sqrt(running variance + epsilon)}; the folded
 * weight is {@code w * factor}, the folded bias {@code beta + (b - running mean) * factor}. {@code
 * gamma'} is gamma, except that a magnitude below 2^-24 is raised to 2^-24 with its sign, so that
 * the factor can be undone when gamma is 0.
 */
public final class Folding {

  private static final float SMALLEST_GAMMA = 0x1p-24f;

  private Folding() {}

  /** {@code gamma'} of the formula. */
  public static float gamma(float gamma) {
    return Math.abs(gamma) < SMALLEST_GAMMA ? Math.copySign(SMALLEST_GAMMA, gamma) : gamma;
  }

  /** {@code sqrt(variance + epsilon)}. */
  public static float deviation(float variance, float epsilon) {
    return (float) Math.sqrt((double) variance + epsilon);
  }

  /** {@code gamma' / sqrt(variance + epsilon)}. */
  public static float factor(float gamma, float variance, float epsilon) {
    return (float) (gamma(gamma) / Math.sqrt((double) variance + epsilon));
  }

  /** {@code beta + (bias - mean) * factor}. */
  public static float bias(float beta, float bias, float mean, float factor) {
    return beta + (bias - mean) * factor;
  }

  /**
   * The bias as a 32-bit code with zero point 0, {@code clamp(roundHalfEven(bias / unit))}.
   *
   * @param unit real width of one unit of the accumulator, {@code s_x * s_w}
   */
  public static int biasCode(float bias, float unit) {
    double code = Math.rint(bias / (double) unit);
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, code));
  }
}
