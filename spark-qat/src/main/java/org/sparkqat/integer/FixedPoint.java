package org.sparkqat.integer;

/** The fixed-point steps of gemmlowp and TensorFlow Lite, on 32-bit integers. */
final class FixedPoint {

  private static final int FRACTION_BITS = 31;

  private FixedPoint() {}

  /** {@code round(a * b / 2^31)}, half up, saturating where both are -2^31. */
  static int doublingHighMultiply(int a, int b) {
    if (a == Integer.MIN_VALUE && b == Integer.MIN_VALUE) {
      return Integer.MAX_VALUE;
    }
    long product = (long) a * b;
    long half = 1L << (FRACTION_BITS - 1);
    // As gemmlowp writes it. Division rounds towards zero, so that half of -1 is 0.
    return (int) ((product + (product >= 0 ? half : 1 - half)) / (1L << FRACTION_BITS));
  }

  /** {@code round(x / 2^exponent)}, half away from zero, exponent 0 to 31. */
  static int divideByPowerOfTwo(int x, int exponent) {
    int mask = (int) ((1L << exponent) - 1);
    int remainder = x & mask;
    int threshold = (mask >>> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
  }

  /** {@code floor(x / 2^exponent + 1/2)}, exponent 0 to 62. */
  static long shiftHalfUp(long x, int exponent) {
    return exponent == 0 ? x : ((x >> (exponent - 1)) + 1) >> 1;
  }

  /** {@code x * 2^bits}, at the limits of 32 bits where it leaves them; bits 0 to 31. */
  static int shiftLeft(int x, int bits) {
    return saturated((long) x << bits);
  }

  static int saturated(long x) {
    return (int) clamp(x, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static long clamp(long x, long low, long high) {
    return Math.max(low, Math.min(high, x));
  }
}
