package org.sparkqat.training;

import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Slices;

/** Euclidean norms, summed in double in one fixed tree over the positions. */
final class Norms {

  /** Elements that are summed one after the other, in four lanes; a multiple of 4. */
  private static final int RUN = Slices.UNIT;

  private Norms() {}

  /** Norm of {@code values[from ... to)}; float32 squares cannot overflow a double. */
  static double norm(float[] values, int from, int to) {
    return norm(values, from, to, Loops.SERIAL);
  }

  /** The same, shared out. */
  static double norm(float[] values, int from, int to, Loops loops) {
    return Math.sqrt(loops.sum(from, to, RUN, (first, end) -> runOfSquares(values, first, end)));
  }

  /** Multiplies the elements, and yields their norm after that. */
  static double scaledNorm(float[] values, float factor, Loops loops) {
    return Math.sqrt(
        loops.sum(
            0,
            values.length,
            RUN,
            (first, end) -> {
              scale(values, first, end, factor);
              return runOfSquares(values, first, end);
            }));
  }

  static void scale(float[] values, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      values[i] *= factor;
    }
  }

  /** The squares of one leaf of the tree. */
  static double runOfSquares(float[] values, int from, int to) {
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
