package org.sparkqat.engine.integer;

import org.sparkqat.integer.Rescale;

/**
 * A positive real multiplier as a fixed-point number, {@code M = M0 * 2^(shift - 31)} with M0 a Q31
 * number in [0.5, 1): {@code M0 = round(f * 2^31)} of {@code M = f * 2^shift}, as TensorFlow Lite
 * quantizes it. Smaller than 2^-32: 0; what does not fit is the largest number that does.
 */
final class Multiplier {

  private static final long ONE = 1L << 31;
  private static final int LEAST_SHIFT = -31;

  private Multiplier() {}

  static Rescale twice(double multiplier) {
    return make(multiplier, 31, Rescale.Twice::new);
  }

  static Rescale once(double multiplier) {
    return make(multiplier, 30, Rescale.Once::new);
  }

  private static Rescale make(double multiplier, int largestShift, Maker maker) {
    if (multiplier == 0 || Math.getExponent(multiplier) + 1 < LEAST_SHIFT) {
      return maker.make(0, 0);
    }
    int shift = Math.getExponent(multiplier) + 1;
    long fraction = Math.round(Math.scalb(multiplier, 31 - shift));
    if (fraction == ONE) {
      fraction /= 2;
      shift++;
    }
    return shift > largestShift
        ? maker.make(Integer.MAX_VALUE, largestShift)
        : maker.make((int) fraction, shift);
  }

  /** Makes the policy's multiplication. */
  private interface Maker {
    Rescale make(int multiplier, int shift);
  }
}
