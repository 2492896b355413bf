package org.sparkqat.data.dataset;

import org.sparkqat.data.dataset.SyntheticDraws.Kind;

/**
 * Rows of F numbers.
 *
 * <p>Classes: row r is of class {@code c = r mod C}, with {@code x_f = 4/√F · centre(c, f) +
 * noise}, where centres and noise have variance 1. Two classes are some 5.7 deviations apart, so
 * that a linear model reaches well above 90 % with 10 classes and 8 features or more.
 *
 * <p>Regression: {@code x_f = noise}, {@code y = u + (v² − 1) / 2 + error / 10}, where {@code u}
 * and {@code v} are two projections of x with variance 1. A linear model reaches R² of two thirds,
 * a network with a hidden layer more.
 *
 * @param features F
 * @param classes C, or 0 for regression
 */
record SyntheticVectors(SyntheticDraws draws, int features, int classes) implements SyntheticRows {

  private static final long serialVersionUID = 1L;
  private static final double SEPARATION = 4;
  private static final double ERROR = 0.1;

  @Override
  public Example row(long number) {
    return classes == 0 ? measured(number) : classified(number);
  }

  private Example classified(long number) {
    int label = (int) (number % classes);
    double separation = SEPARATION / Math.sqrt(features);
    float[] values = new float[features];
    for (int i = 0; i < features; i++) {
      double centre = draws.normal(Kind.CENTRE, label, i);
      values[i] = (float) (separation * centre + draws.normal(Kind.NOISE, number, i));
    }
    return new Example(values, label);
  }

  private Example measured(long number) {
    float[] values = new float[features];
    double u = 0;
    double v = 0;
    for (int i = 0; i < features; i++) {
      values[i] = (float) draws.normal(Kind.NOISE, number, i);
      u += draws.normal(Kind.WEIGHT, 0, i) * values[i];
      v += draws.normal(Kind.CURVE, 0, i) * values[i];
    }
    u /= Math.sqrt(features);
    v /= Math.sqrt(features);
    return new Example(values, u + (v * v - 1) / 2 + ERROR * draws.normal(Kind.ERROR, number, 0));
  }
}
