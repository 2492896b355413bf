package org.sparkqat.engine;

import java.util.Arrays;

/** The losses in double precision, from their equations. */
final class LossOracle {

  private LossOracle() {}

  /** Mean cross-entropy of softmax with smoothed labels; mean squared error without classes. */
  static double of(double[][] outputs, Targets targets, double labelSmoothing) {
    return targets.classes() == 0
        ? squaredError(outputs, targets.values())
        : crossEntropy(outputs, targets.labels(), labelSmoothing);
  }

  private static double crossEntropy(double[][] outputs, int[] labels, double smoothing) {
    double loss = 0;
    for (int n = 0; n < outputs.length; n++) {
      double largest = Arrays.stream(outputs[n]).max().orElseThrow();
      double total = Arrays.stream(outputs[n]).map(x -> Math.exp(x - largest)).sum();
      for (int k = 0; k < outputs[n].length; k++) {
        double target = (k == labels[n] ? 1 - smoothing : 0) + smoothing / outputs[n].length;
        loss -= target * (outputs[n][k] - largest - Math.log(total));
      }
    }
    return loss / outputs.length;
  }

  private static double squaredError(double[][] outputs, float[] values) {
    double sum = 0;
    for (int n = 0; n < outputs.length; n++) {
      for (int k = 0; k < outputs[n].length; k++) {
        double error = outputs[n][k] - values[n * outputs[n].length + k];
        sum += error * error;
      }
    }
    return sum / values.length;
  }
}
