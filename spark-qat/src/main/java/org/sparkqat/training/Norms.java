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

  /** The norm that the elements would have after the multiplication. */
  static double normOfScaled(float[] values, float factor, Loops loops) {
    return Math.sqrt(
        loops.sum(0, values.length, RUN, (first, end) -> runOfSquares(values, factor, first, end)));
  }

  static void scale(float[] values, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      values[i] *= factor;
    }
  }

  /** The squares of one leaf of the tree. */
  static double runOfSquares(float[] values, int from, int to) {
    return runOfSquares(values, 1f, from, to);
  }

  /** The squares of one leaf of the tree, each of a product in float32. */
  private static double runOfSquares(float[] values, float factor, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      a += square(values[i] * factor);
      b += square(values[i + 1] * factor);
      c += square(values[i + 2] * factor);
      d += square(values[i + 3] * factor);
    }
    for (; i < to; i++) {
      a += square(values[i] * factor);
    }
    return (a + b) + (c + d);
  }

  private static double square(double value) {
    return value * value;
  }
}
