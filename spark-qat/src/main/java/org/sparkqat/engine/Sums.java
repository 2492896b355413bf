package org.sparkqat.engine;

/** Sums of float arrays in double, in a fixed order over four independent lanes. */
final class Sums {

  /** Sum of {@code x[i]}. */
  double sum;

  /** Sum of {@code x[i] * y[i]}. */
  double dot;

  void clear() {
    sum = 0;
    dot = 0;
  }

  /** Adds the sum and the dot product of {@code [from ... to)}. */
  void add(float[] x, float[] y, int from, int to) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    double e = 0;
    double f = 0;
    double g = 0;
    double h = 0;
    int i = from;
    for (; i + 4 <= to; i += 4) {
      double p = x[i];
      double q = x[i + 1];
      double r = x[i + 2];
      double s = x[i + 3];
      a += p;
      b += q;
      c += r;
      d += s;
      e += p * y[i];
      f += q * y[i + 1];
      g += r * y[i + 2];
      h += s * y[i + 3];
    }
    for (; i < to; i++) {
      a += x[i];
      e += (double) x[i] * y[i];
    }
    sum += (a + b) + (c + d);
    dot += (e + f) + (g + h);
  }
}
