package org.sparkqat.training;

import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Node;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;

/** The running mean and variance of every batch normalization, moved on by one global batch. */
public final class RunningStatistics {

  private RunningStatistics() {}

  /**
   * Statistics after a step: {@code r = (1 - momentum) * r + momentum * batch} with the global
   * batch's mean {@code sum(x) / n} and unbiased variance {@code (sum(x^2) / n - mean^2) * n / (n -
   * 1)}, in double, rounded once; one value per channel ({@code n = 1}) has variance 0.
   *
   * @param statistics running ones, {@code [R]} in the network's statistics layout; not changed
   * @param sums {@code [R]}: {@code sum(x)} where the layout has the mean, {@code sum(x^2)} where
   *     it has the variance
   * @param counts {@code n} of each batch normalization in the network's order, at least 1
   */
  public static float[] update(float[] statistics, double[] sums, long[] counts, Network network) {
    ParameterLayout layout = network.statistics();
    Limits.requireLength("statistics", statistics.length, layout.size());
    Limits.requireLength("batch-norm sums", sums.length, layout.size());
    float[] next = statistics.clone();
    int norm = 0;
    for (Node node : network.nodes()) {
      if (node.layer() instanceof Layer.BatchNormalization layer) {
        requireCount(node, counts, norm);
        update(next, sums, counts[norm++], node.name(), layer.momentum(), layout);
      }
    }
    Limits.requireLength("batch-norm counts", counts.length, norm);
    return next;
  }

  private static void update(
      float[] running,
      double[] sums,
      long count,
      String name,
      double momentum,
      ParameterLayout layout) {
    Parameter means = layout.parameter(name + ".mean");
    Parameter variances = layout.parameter(name + ".variance");
    double unbias = count > 1 ? (double) count / (count - 1) : 1;
    for (int c = 0; c < means.size(); c++) {
      int m = means.offset() + c;
      int v = variances.offset() + c;
      double mean = sums[m] / count;
      // Rounding may bring the difference of equal values below 0.
      double variance = Math.max(0, sums[v] / count - mean * mean) * unbias;
      running[m] = (float) ((1 - momentum) * running[m] + momentum * mean);
      running[v] = (float) ((1 - momentum) * running[v] + momentum * variance);
    }
  }

  private static void requireCount(Node node, long[] counts, int norm) {
    if (norm >= counts.length || counts[norm] < 1) {
      throw new IllegalArgumentException(
          "Invalid batch-norm count of '%s': %s (must be at least 1)"
              .formatted(node.name(), norm < counts.length ? counts[norm] : "none"));
    }
  }
}
