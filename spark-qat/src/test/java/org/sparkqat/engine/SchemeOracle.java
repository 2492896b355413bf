package org.sparkqat.engine;

import java.util.Arrays;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/** Scale and codes of weights that share a scale, from the equations of their scheme. */
record SchemeOracle(
    WeightQuantizer by, float scale, double threshold, int zeroPoint, float factor) {

  /** What the factor multiplies: the weights, or {@code tanh(w) / max |tanh(w)|}. */
  static float[] bases(WeightQuantizer by, float[] weights) {
    float[] bases = weights.clone();
    if (by.scheme() == WeightScheme.TANH) {
      float largest = 0;
      for (float weight : weights) {
        largest = Math.max(largest, (float) Math.tanh(Math.abs(weight)));
      }
      for (int i = 0; i < bases.length; i++) {
        bases[i] = largest == 0 ? 0 : (float) (Math.tanh(weights[i]) / largest);
      }
    }
    return bases;
  }

  /**
   * The weights {@code [from ... to)}, which have been multiplied by the factor.
   *
   * @param learned scale of the weights before, where it is learned
   */
  static SchemeOracle of(
      WeightQuantizer by, float[] weights, int from, int to, float factor, float learned) {
    if (by.range().isLearned()) {
      return new SchemeOracle(by, orOne(learned * Math.abs(factor)), 0, 0, factor);
    }
    float[] own = Arrays.copyOfRange(weights, from, to);
    return switch (by.scheme()) {
      case UNIFORM -> uniform(by, own, factor);
      case TANH -> {
        float unit = (float) (1.0 / by.codes().quantMax());
        yield new SchemeOracle(by, orOne(unit * Math.abs(factor)), 0, 0, factor);
      }
      case BINARY -> new SchemeOracle(by, orOne(meanAbove(own, -1)), -1, 0, factor);
      case TERNARY -> {
        double threshold = 0.7 * sumAbove(own, -1) / own.length;
        yield new SchemeOracle(by, orOne(meanAbove(own, threshold)), threshold, 0, factor);
      }
    };
  }

  private static SchemeOracle uniform(WeightQuantizer by, float[] weights, float factor) {
    double min = 0;
    double max = 0;
    for (float weight : weights) {
      min = Math.min(min, weight);
      max = Math.max(max, weight);
    }
    CodeRange codes = by.codes();
    boolean symmetric = by.symmetry() == Symmetry.SYMMETRIC;
    float scale =
        (float)
            (symmetric
                ? Math.max(min / codes.quantMin(), max / codes.quantMax())
                : (max - min) / (codes.quantMax() - codes.quantMin()));
    if (scale < Float.MIN_NORMAL) {
      return new SchemeOracle(by, 1, 0, 0, factor);
    }
    if (by.format().steps() == CodeFormat.Steps.POWER_OF_TWO) {
      scale = (float) Math.pow(2, Math.ceil(Math.log(scale) / Math.log(2) - 1e-12));
    }
    double zero = symmetric ? 0 : clamp(Math.rint(codes.quantMin() - min / scale), codes);
    return new SchemeOracle(by, scale, 0, (int) zero, factor);
  }

  private static float orOne(float scale) {
    return scale < Float.MIN_NORMAL ? 1 : scale;
  }

  private static double sumAbove(float[] weights, double threshold) {
    double sum = 0;
    for (float weight : weights) {
      sum += Math.abs(weight) > threshold ? Math.abs(weight) : 0;
    }
    return sum;
  }

  private static float meanAbove(float[] weights, double threshold) {
    int count = 0;
    for (float weight : weights) {
      count += Math.abs(weight) > threshold ? 1 : 0;
    }
    return (float) (sumAbove(weights, threshold) / Math.max(count, 1));
  }

  /** The code of a weight less the zero point, given its base and the scale in force. */
  int code(float weight, float base, float inForce) {
    return switch (by.scheme()) {
      case UNIFORM -> {
        double code = Math.rint(weight / inForce) + zeroPoint;
        yield (int) clamp(code, by.codes()) - zeroPoint;
      }
      case TANH -> {
        float unit = (float) (1.0 / by.codes().quantMax());
        yield (int) (Math.copySign(1f, factor) * clamp(Math.rint(base / unit), by.codes()));
      }
      case BINARY, TERNARY -> {
        boolean counts = Math.abs(weight) > threshold && !allZero();
        yield counts ? (weight < 0 ? -1 : 1) : 0;
      }
    };
  }

  /** No mean magnitude is exactly 1 but that of weights that are all 0. */
  private boolean allZero() {
    return scale == 1f;
  }

  private static double clamp(double code, CodeRange codes) {
    return Math.max(codes.quantMin(), Math.min(codes.quantMax(), code));
  }
}
