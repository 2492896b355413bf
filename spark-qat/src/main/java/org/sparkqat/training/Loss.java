package org.sparkqat.training;

import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.Targets;

/**
 * What training makes small.
 *
 * <p>Outputs are {@code [N, K]}, row-major. Everything is computed in double in index order, with
 * {@link StrictMath}, whose bits do not depend on the machine, and rounded to float32 once.
 */
public sealed interface Loss extends LossFunction {

  /**
   * Cross-entropy of softmax: {@code mean_n sum_k -t[n,k] * log p[n,k]}, {@code p[n,k] =
   * exp(x[n,k]) / sum_j exp(x[n,j])}, with the targets {@code t = (1 - s) * onehot(label) + s / K}
   * (Szegedy et al. 2016, arXiv 1512.00567); gradient {@code (p - t) / N}. The largest output of a
   * row is subtracted first, so that nothing overflows.
   *
   * @param labelSmoothing {@code s}, in [0, 1), default 0
   */
  record SoftmaxCrossEntropy(double labelSmoothing) implements Loss {
    public SoftmaxCrossEntropy {
      Limits.requireShare("label smoothing", labelSmoothing);
    }

    @Override
    public double apply(float[] outputs, Targets targets, float[] diffOutputs) {
      int classes = targets.classes();
      int examples = targets.labels().length;
      Limits.requireLength("outputs of a loss", outputs.length, examples * classes);
      Limits.requireLength("gradient of a loss", diffOutputs.length, outputs.length);
      double sum = 0;
      double[] probabilities = new double[classes];
      for (int n = 0; n < examples; n++) {
        SoftmaxRow row = SoftmaxRow.of(outputs, n * classes, probabilities);
        int label = label(targets, n);
        sum += row.loss(label, labelSmoothing);
        writeGradient(probabilities, label, examples, diffOutputs, n * classes);
      }
      return sum / examples;
    }

    private void writeGradient(double[] p, int label, int examples, float[] diff, int offset) {
      double other = labelSmoothing / p.length;
      for (int k = 0; k < p.length; k++) {
        double target = k == label ? 1 - labelSmoothing + other : other;
        diff[offset + k] = (float) ((p[k] - target) / examples);
      }
    }

    @Override
    public double evaluate(float[] outputs, Targets targets, int examples) {
      int classes = targets.classes();
      double sum = 0;
      double[] probabilities = new double[classes];
      for (int n = 0; n < examples; n++) {
        sum += SoftmaxRow.of(outputs, n * classes, probabilities).loss(label(targets, n), 0);
      }
      return sum;
    }

    private static int label(Targets targets, int n) {
      int label = targets.labels()[n];
      if (label < 0 || label >= targets.classes()) {
        throw Limits.invalid("label", label, "allowed: 0 to " + (targets.classes() - 1));
      }
      return label;
    }
  }

  /**
   * Mean squared error: {@code mean_n mean_k (x[n,k] - t[n,k])^2}; gradient {@code 2 * (x - t) / (N
   * * K)}.
   *
   * @param width {@code K}, the number of the network's outputs, at least 1
   */
  record MeanSquaredError(int width) implements Loss {
    public MeanSquaredError {
      if (width < 1) {
        throw Limits.invalid("outputs of a loss", width, "must be at least 1");
      }
    }

    @Override
    public double apply(float[] outputs, Targets targets, float[] diffOutputs) {
      Limits.requireLength("outputs of a loss", outputs.length, targets.values().length);
      Limits.requireLength("gradient of a loss", diffOutputs.length, outputs.length);
      for (int i = 0; i < outputs.length; i++) {
        double error = (double) outputs[i] - targets.values()[i];
        diffOutputs[i] = (float) (2 * error / outputs.length);
      }
      return squares(outputs, targets, outputs.length) / outputs.length;
    }

    @Override
    public double evaluate(float[] outputs, Targets targets, int examples) {
      return squares(outputs, targets, examples * width) / width;
    }

    private static double squares(float[] outputs, Targets targets, int length) {
      double sum = 0;
      for (int i = 0; i < length; i++) {
        double error = (double) outputs[i] - targets.values()[i];
        sum += error * error;
      }
      return sum;
    }
  }
}
