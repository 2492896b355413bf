package org.sparkqat.integer;

/**
 * Multiplication by a positive fixed-point number {@code M = multiplier * 2^(shift - 31)}, in 32
 * bits.
 */
public sealed interface Rescale {

  /** {@code round(x * M)}, at the limits of 32 bits where it leaves them. */
  int of(int x);

  /** {@code round(x / 2^bits)}, rounded as {@link #of} rounds last; bits 0 to 31. */
  int halved(int x, int bits);

  /**
   * Rounds twice, as gemmlowp: {@code x * M0} half up to an integer, and that times {@code 2^shift}
   * half away from zero. A shift above 0 is done first, to the left.
   *
   * @param multiplier M0, a Q31 number in [0.5, 1), or 0
   * @param shift -31 to 31
   */
  record Twice(int multiplier, int shift) implements Rescale {
    public Twice {
      require(multiplier, shift);
    }

    @Override
    public int of(int x) {
      int high =
          FixedPoint.doublingHighMultiply(FixedPoint.shiftLeft(x, Math.max(shift, 0)), multiplier);
      return FixedPoint.divideByPowerOfTwo(high, Math.max(-shift, 0));
    }

    @Override
    public int halved(int x, int bits) {
      return FixedPoint.divideByPowerOfTwo(x, bits);
    }
  }

  /**
   * Rounds once, half up.
   *
   * @param multiplier M0, a Q31 number in [0.5, 1), or 0
   * @param shift -31 to 30
   */
  record Once(int multiplier, int shift) implements Rescale {
    public Once {
      require(multiplier, shift);
    }

    @Override
    public int of(int x) {
      return FixedPoint.saturated(FixedPoint.shiftHalfUp((long) x * multiplier, 31 - shift));
    }

    @Override
    public int halved(int x, int bits) {
      return (int) FixedPoint.shiftHalfUp(x, bits);
    }
  }

  private static void require(int multiplier, int shift) {
    if (multiplier < 0 || shift < -31 || shift > 31) {
      throw new IllegalArgumentException(
          "Invalid multiplier: "
              + multiplier
              + " with shift "
              + shift
              + " (must be at least 0, with a shift of -31 to 31)");
    }
  }
}
