package org.sparkqat.training;

/** Means of normal variables that are cut off. */
final class NormalMeans {

  private static final double ROOT_2_PI = StrictMath.sqrt(2 * Math.PI);

  private NormalMeans() {}

  /**
   * {@code E[max(x - limit, 0)]} of a normal x: {@code d * phi(z) + (m - limit) * Phi(z)} with
   * {@code z = (m - limit) / d}.
   */
  static double above(double mean, double deviation, double limit) {
    double distance = mean - limit;
    if (deviation == 0) {
      return Math.max(distance, 0);
    }
    double z = distance / deviation;
    double density = StrictMath.exp(-z * z / 2) / ROOT_2_PI;
    return Math.max(0, deviation * density + distance * probabilityBelow(z));
  }

  /**
   * {@code Phi(z)}, to 7.5e-8 (Abramowitz and Stegun 1964, 26.2.17), in double with {@link
   * StrictMath}, whose bits do not depend on the machine.
   */
  static double probabilityBelow(double z) {
    if (z < 0) {
      return 1 - probabilityBelow(-z);
    }
    double t = 1 / (1 + 0.2316419 * z);
    double polynomial =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return 1 - StrictMath.exp(-z * z / 2) / ROOT_2_PI * polynomial;
  }
}
