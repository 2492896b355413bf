package org.sparkqat.engine;

import java.util.Arrays;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/**
 * Codes that are signs: all of them, or those of weights above a threshold. The scale is the mean
 * magnitude of the weights that have one.
 */
record SignCoder(WeightQuantizer quantizer) implements WeightCoder {

  /** Of the mean magnitude; below it a ternary weight is 0. */
  private static final double THRESHOLD = 0.7;

  @Override
  public void code(WeightCodes weights) {
    WeightCoder.magnitude(weights.codes);
    boolean perTensor = quantizer.granularity() == Granularity.PER_TENSOR;
    int run = perTensor ? weights.codes.length : weights.perOutput;
    for (int from = 0; from < weights.codes.length; from += run) {
      float scale = code(weights.codes, from, from + run);
      int first = from / weights.perOutput;
      int end = (from + run) / weights.perOutput;
      float least = 0f;
      for (int o = first; o < end; o++) {
        least = Math.max(least, weights.leastScales[o]);
      }
      Arrays.fill(weights.scales, first, end, Math.max(scale, least));
    }
    Arrays.fill(weights.mask, 1f);
  }

  /** Codes a run of weights that share a scale, and gives it: 1 where all of them are 0. */
  private float code(float[] codes, int from, int to) {
    double threshold = threshold(codes, from, to);
    double sum = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      float magnitude = Math.abs(codes[i]);
      boolean counts = magnitude > threshold || threshold == 0;
      sum += counts ? magnitude : 0;
      count += counts ? 1 : 0;
      codes[i] = counts ? sign(codes[i]) : 0f;
    }
    float scale = (float) (sum / Math.max(count, 1));
    if (scale >= Float.MIN_NORMAL) {
      return scale;
    }
    Arrays.fill(codes, from, to, 0f);
    return 1f;
  }

  private static float sign(float weight) {
    return weight < 0 ? -1f : 1f;
  }

  private double threshold(float[] weights, int from, int to) {
    if (quantizer.scheme() == WeightScheme.BINARY) {
      return 0;
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.abs(weights[i]);
    }
    return THRESHOLD * sum / (to - from);
  }
}
