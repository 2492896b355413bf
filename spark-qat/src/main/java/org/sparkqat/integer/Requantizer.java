package org.sparkqat.integer;

/** Turns an accumulator into what a block puts out. */
public sealed interface Requantizer {

  /** The output of an accumulator: a code less its zero point, or the bits of a real number. */
  int of(int accumulator);

  /**
   * {@code clamp(round(real(acc) / scale))}, half to even.
   *
   * @param scale bits of the output's scale, or of 1 where the map has divided by it
   * @param low smallest code less its zero point that the activation and the codes admit
   * @param high the largest
   */
  record OfReal(RealMap map, int scale, int low, int high) implements Requantizer {
    @Override
    public int of(int accumulator) {
      int real = map.of(accumulator);
      int code = scale == Binary32.ONE ? real : Binary32.divide(real, scale);
      return Binary32.toInteger(code, low, high);
    }
  }

  /**
   * {@code clamp(real(acc))}, for the output of a network.
   *
   * @param low bits of the activation's lower limit
   * @param high bits of its upper limit
   */
  record ToReal(RealMap map, int low, int high) implements Requantizer {
    @Override
    public int of(int accumulator) {
      return Binary32.max(low, Binary32.min(high, map.of(accumulator)));
    }
  }

  /**
   * {@code clamp(round((acc + bias) * 2^left * M))}.
   *
   * @param left bits that a small accumulator is shifted by, so that M0's rounding is a fine one
   */
  record OfFixed(int bias, int left, Rescale by, int low, int high) implements Requantizer {
    @Override
    public int of(int accumulator) {
      int value = by.of(FixedPoint.shiftLeft(accumulator + bias, left));
      return (int) FixedPoint.clamp(value, low, high);
    }
  }

  /**
   * {@code clamp(round((sign * round(x * 2^left * M) + intercept) / 2^right))}: a line, in units of
   * {@code 2^-right} output codes.
   *
   * @param sign 1 or -1
   */
  record OfLine(int sign, int left, Rescale by, int intercept, int right, int low, int high)
      implements Requantizer {
    @Override
    public int of(int x) {
      long sum = (long) sign * by.of(FixedPoint.shiftLeft(x, left)) + intercept;
      return (int) FixedPoint.clamp(by.halved(FixedPoint.saturated(sum), right), low, high);
    }
  }
}
