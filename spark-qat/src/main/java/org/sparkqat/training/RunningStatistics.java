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

  /**
   * The statistics of all values so far, when those of a batch are added to them, with as many
   * values as each batch before: {@code mean' = mean + (m - mean) / (k + 1)}, {@code E x^2}
   * likewise, and the unbiased variance of all {@code (k + 1) n} values.
   *
   * @param pooled statistics of the batches before; not read when there was none, not changed
   * @param batches k, how many there were
   * @param sums as in {@link #update}
   * @param counts as in {@link #update}
   */
  public static float[] pooled(
      float[] pooled, int batches, double[] sums, long[] counts, Network network) {
    ParameterLayout layout = network.statistics();
    Limits.requireLength("statistics", pooled.length, layout.size());
    Limits.requireLength("batch-norm sums", sums.length, layout.size());
    float[] next = pooled.clone();
    int norm = 0;
    for (Node node : network.nodes()) {
      if (node.layer() instanceof Layer.BatchNormalization) {
        requireCount(node, counts, norm);
        pool(next, batches, sums, counts[norm++], node.name(), layout);
      }
    }
    return next;
  }

  private static void pool(
      float[] pooled, int batches, double[] sums, long count, String name, ParameterLayout layout) {
    Parameter means = layout.parameter(name + ".mean");
    Parameter variances = layout.parameter(name + ".variance");
    double before = (double) batches * count;
    double after = before + count;
    for (int c = 0; c < means.size(); c++) {
      int m = means.offset() + c;
      int v = variances.offset() + c;
      double center = batches > 0 ? pooled[m] : 0;
      double spread = batches > 0 && before > 1 ? pooled[v] * (before - 1) : 0;
      double mean = sums[m] / count;
      double delta = mean - center;
      double own = Math.max(0, sums[v] - mean * sums[m]);
      double all = spread + own + delta * delta * before * count / after;
      pooled[m] = (float) (center + delta * count / after);
      pooled[v] = (float) (after > 1 ? all / (after - 1) : 0);
    }
  }

  /** The drift of {@link BatchNormFreeze} from one step's statistics to the next one's. */
  public static double drift(float[] before, float[] after, Network network) {
    ParameterLayout layout = network.statistics();
    double sum = 0;
    int channels = 0;
    for (Node node : network.nodes()) {
      if (node.layer() instanceof Layer.BatchNormalization layer) {
        Parameter means = layout.parameter(node.name() + ".mean");
        int toVariance = layout.parameter(node.name() + ".variance").offset() - means.offset();
        for (int m = means.offset(); m < means.end(); m++) {
          int v = m + toVariance;
          double variance = before[v] + (double) layer.epsilon();
          sum += Math.abs((double) after[m] - before[m]) / Math.sqrt(variance);
          sum += Math.abs((double) after[v] - before[v]) / (2 * variance);
        }
        channels += means.size();
      }
    }
    return channels == 0 ? 0 : sum / channels;
  }

  private static void requireCount(Node node, long[] counts, int norm) {
    if (norm >= counts.length || counts[norm] < 1) {
      throw new IllegalArgumentException(
          "Invalid batch-norm count of '%s': %s (must be at least 1)"
              .formatted(node.name(), norm < counts.length ? counts[norm] : "none"));
    }
  }
}
