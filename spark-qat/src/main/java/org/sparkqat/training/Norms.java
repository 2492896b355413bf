package org.sparkqat.training;

/** Euclidean norms, summed in double in one fixed tree over the positions. */
final class Norms {

  /** Elements that are summed one after the other, in four lanes; a multiple of 4. */
  private static final int RUN = 256;

  private Norms() {}

  /** Norm of {@code values[from ... to)}; float32 squares cannot overflow a double. */
  static double norm(float[] values, int from, int to) {
    return Math.sqrt(sumOfSquares(values, from, to));
  }

  private static double sumOfSquares(float[] values, int from, int to) {
    int runs = (to - from + RUN - 1) / RUN;
    if (runs <= 1) {
      return runOfSquares(values, from, to);
    }
    int middle = from + RUN * (runs / 2);
    return sumOfSquares(values, from, middle) + sumOfSquares(values, middle, to);
  }

  private static double runOfSquares(float[] values, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      a += (double) values[i] * values[i];
      b += (double) values[i + 1] * values[i + 1];
      c += (double) values[i + 2] * values[i + 2];
      d += (double) values[i + 3] * values[i + 3];
    }
    for (; i < to; i++) {
      a += (double) values[i] * values[i];
    }
    return (a + b) + (c + d);
  }
}
