package org.sparkqat.integer;

/**
 * A real function of an integer, every operation rounded to binary32, as the engine evaluates; all
 * numbers are the bits of a binary32 number.
 */
public sealed interface RealMap {

  /** The bits of the result. */
  int of(int x);

  /** {@code (x + bias) * unit}. */
  record Sum(int bias, int unit) implements RealMap {
    @Override
    public int of(int x) {
      return Binary32.multiply(Binary32.add(Binary32.of(x), bias), unit);
    }
  }

  /** {@code x * slope + intercept}. */
  record Line(int slope, int intercept) implements RealMap {
    @Override
    public int of(int x) {
      return Binary32.add(Binary32.multiply(slope, Binary32.of(x)), intercept);
    }
  }

  /** {@code x / count * unit}. */
  record Mean(int count, int unit) implements RealMap {
    @Override
    public int of(int x) {
      return Binary32.multiply(Binary32.divide(Binary32.of(x), count), unit);
    }
  }
}
