package org.sparkqat.integer;

/**
 * Arithmetic of binary32 numbers (IEEE 754), rounded half to even, by operations on integers alone.
 * A number is given by its 32 bits.
 */
final class Binary32 {

  static final int ONE = 0x3f800000;
  private static final int SIGN = 0x80000000;
  private static final int INFINITY = 0x7f800000;
  private static final int NAN = 0x7fc00000;
  private static final int FRACTION = 0x7fffff;
  private static final int HIDDEN = 0x800000;

  /** Exponent of the last bit of the smallest numbers. */
  private static final int LEAST_EXPONENT = -149;

  private static final int PRECISION = 24;

  /** Numbers whose exponents differ by more are too far apart to touch each other's bits. */
  private static final int FAR = 36;

  private Binary32() {}

  /** The number nearest to an integer. */
  static int of(long value) {
    return value < 0 ? SIGN | pack(-value, 0) : pack(value, 0);
  }

  static int negate(int a) {
    return a ^ SIGN;
  }

  static int multiply(int a, int b) {
    int sign = (a ^ b) & SIGN;
    if (!isFinite(a) || !isFinite(b)) {
      return isNan(a) || isNan(b) || isZero(a) || isZero(b) ? NAN : sign | INFINITY;
    }
    return sign | pack(magnitude(a) * magnitude(b), exponent(a) + exponent(b));
  }

  static int divide(int a, int b) {
    int sign = (a ^ b) & SIGN;
    if (isNan(a) || isNan(b) || (isZero(a) && isZero(b)) || (!isFinite(a) && !isFinite(b))) {
      return NAN;
    }
    if (!isFinite(a) || isZero(b)) {
      return sign | INFINITY;
    }
    if (!isFinite(b) || isZero(a)) {
      return sign;
    }
    int shift = Long.numberOfLeadingZeros(magnitude(a)) - 2;
    long dividend = magnitude(a) << shift;
    long quotient = dividend / magnitude(b);
    // The last of many bits tells that there is more, which is all that rounding needs.
    long rest = dividend % magnitude(b) == 0 ? 0 : 1;
    return sign | pack(quotient | rest, exponent(a) - shift - exponent(b));
  }

  static int add(int a, int b) {
    if (!isFinite(a) || !isFinite(b)) {
      boolean opposed = !isFinite(a) && !isFinite(b) && a != b;
      return isNan(a) || isNan(b) || opposed ? NAN : isFinite(a) ? b : a;
    }
    if (isZero(a) || isZero(b)) {
      return isZero(a) ? (isZero(b) ? a & b : b) : a;
    }
    return exponent(a) < exponent(b) ? addSmaller(b, a) : addSmaller(a, b);
  }

  private static int addSmaller(int a, int b) {
    int apart = exponent(a) - exponent(b);
    boolean far = apart > FAR;
    int shift = far ? 3 : apart;
    long larger = magnitude(a) << shift;
    long smaller = far ? 1 : magnitude(b);
    long sum = (a < 0 ? -larger : larger) + (b < 0 ? -smaller : smaller);
    int magnitude = pack(Math.abs(sum), exponent(a) - shift);
    return sum < 0 ? SIGN | magnitude : magnitude;
  }

  /** {@code clamp(roundHalfEven(a), low, high)}; NaN gives low. */
  static int toInteger(int a, int low, int high) {
    if (isNan(a)) {
      return low;
    }
    int exponent = exponent(a);
    long rounded =
        exponent > 0
            ? (exponent > 30 ? Long.MAX_VALUE : magnitude(a) << exponent)
            : shiftHalfEven(magnitude(a), -exponent);
    return (int) Math.max(low, Math.min(high, a < 0 ? -rounded : rounded));
  }

  /** The larger of two numbers. */
  static int max(int a, int b) {
    return key(a) >= key(b) ? a : b;
  }

  /** The smaller of two numbers. */
  static int min(int a, int b) {
    return key(a) <= key(b) ? a : b;
  }

  /** An integer in the order of the numbers; zeros of both signs are the same. */
  static int key(int a) {
    return a < 0 ? -(a & ~SIGN) : a;
  }

  private static boolean isFinite(int a) {
    return (a & INFINITY) != INFINITY;
  }

  private static boolean isNan(int a) {
    return (a & ~SIGN) > INFINITY;
  }

  private static boolean isZero(int a) {
    return (a & ~SIGN) == 0;
  }

  /** The number is {@code magnitude * 2^exponent}. */
  private static long magnitude(int a) {
    int fraction = a & FRACTION;
    return (a & INFINITY) == 0 ? fraction : fraction | HIDDEN;
  }

  private static int exponent(int a) {
    return Math.max(1, (a & INFINITY) >>> 23) + LEAST_EXPONENT - 1;
  }

  /** The number nearest to {@code magnitude * 2^exponent}, magnitude at least 0. */
  private static int pack(long magnitude, int exponent) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(magnitude);
    int last = Math.max(LEAST_EXPONENT, exponent + bits - PRECISION);
    int shift = last - exponent;
    long kept = shift <= 0 ? magnitude << -shift : shiftHalfEven(magnitude, shift);
    // A carry into the exponent's bits is right there: the fraction is 0 then.
    long biased = kept < HIDDEN ? kept : ((long) (last - LEAST_EXPONENT) << 23) + kept;
    return (int) Math.min(INFINITY, biased);
  }

  private static long shiftHalfEven(long magnitude, int shift) {
    if (shift == 0 || shift >= Long.SIZE - 1) {
      return shift == 0 ? magnitude : 0;
    }
    long kept = magnitude >>> shift;
    long rest = magnitude - (kept << shift);
    long half = 1L << (shift - 1);
    return kept + (rest > half || (rest == half && (kept & 1) == 1) ? 1 : 0);
  }
}
