package org.sparkqat.engine;

/**
 * Sums of scaled rows, the one inner loop of the reference kernels.
 *
 * <p>The virtual machine's compiler makes vector instructions of a loop only if every array is
 * indexed alike, hence rows that are arrays of their own and start at 0. Each element is summed in
 * ascending order of the rows, however many are taken at once.
 */
final class Rows {

  private Rows() {}

  /**
   * {@code y[j] += Σᵣ coefficients[start + r·step] · rows[r][j]} for the first n elements of {@code
   * count} rows.
   */
  static void addScaled(
      float[] coefficients, int start, int step, float[][] rows, int count, float[] y, int n) {
    int r = 0;
    int at = start;
    for (; r + 4 <= count; r += 4, at += 4 * step) {
      addFour(
          coefficients[at],
          rows[r],
          coefficients[at + step],
          rows[r + 1],
          coefficients[at + 2 * step],
          rows[r + 2],
          coefficients[at + 3 * step],
          rows[r + 3],
          y,
          n);
    }
    for (; r < count; r++, at += step) {
      addOne(coefficients[at], rows[r], y, n);
    }
  }

  private static void addOne(float a, float[] x, float[] y, int n) {
    for (int j = 0; j < n; j++) {
      y[j] += a * x[j];
    }
  }

  private static void addFour(
      float a0,
      float[] x0,
      float a1,
      float[] x1,
      float a2,
      float[] x2,
      float a3,
      float[] x3,
      float[] y,
      int n) {
    for (int j = 0; j < n; j++) {
      y[j] = (((y[j] + a0 * x0[j]) + a1 * x1[j]) + a2 * x2[j]) + a3 * x3[j];
    }
  }
}
