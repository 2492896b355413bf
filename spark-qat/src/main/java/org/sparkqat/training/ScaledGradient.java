package org.sparkqat.training;

import org.sparkqat.tensor.Loops;

/**
 * A gradient of which every element is multiplied by two numbers, one after the other, when it is
 * used: {@code (values[i] * first) * second}, in float32. The bits are those of two passes over the
 * array, which memory is spared.
 *
 * @param values {@code [P]} in layout order; not changed by who uses them
 * @param first e.g. what makes a sum a mean
 * @param second e.g. the factor of clipping by norm; 1 changes no bit
 */
public record ScaledGradient(float[] values, float first, float second) {

  /** A gradient as it is. */
  public static ScaledGradient of(float[] values) {
    return new ScaledGradient(values, 1f, 1f);
  }

  /** Multiplies the elements in place. */
  void settle(Loops loops) {
    if (first != 1 || second != 1) {
      loops.run(
          0,
          values.length,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              values[i] = values[i] * first * second;
            }
          });
    }
  }
}
