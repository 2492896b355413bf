package org.sparkqat.engine;

import java.util.Arrays;
import java.util.Optional;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * The weights {@code [O, K]} that a block multiplies by: {@code w * factor[o]}, quantized to
 * centered codes with one scale per output channel, or real with scale 1.
 */
final class WeightCodes {

  final int outputs;
  final int perOutput;
  final float[] codes;
  final float[] scales;
  final int[] zeroPoints;
  final float[] factors;

  /** No scale is smaller, so that a bias can be told in 32 bits; 0: no limit. */
  final float[] leastScales;

  /** What the gradient of a weight is multiplied by; at most 0: it is stopped. */
  final float[] mask;

  /** What {@code factor} multiplies: the weights, or what a scheme made of them. */
  final float[] bases;

  /** Scales of the weights before the factor, where they are learned. */
  final float[] learnedScales;

  /** What the gradients of learned scales need of each weight. */
  final float[] terms;

  private final Optional<WeightCoder> coder;

  /**
   * Weights of no value yet.
   *
   * @param perInput weights of each pair of output and input channel
   */
  WeightCodes(Optional<WeightQuantizer> quantizer, int outputs, int perOutput, int perInput) {
    this.coder = quantizer.map(by -> WeightCoder.of(by, perInput));
    this.outputs = outputs;
    this.perOutput = perOutput;
    this.codes = new float[outputs * perOutput];
    this.bases = new float[codes.length];
    this.scales = new float[outputs];
    this.zeroPoints = new int[outputs];
    this.factors = new float[outputs];
    this.leastScales = new float[outputs];
    this.mask = new float[codes.length];
    boolean learns = quantizer.filter(by -> by.range().isLearned()).isPresent();
    this.learnedScales = new float[learns ? outputs : 0];
    this.terms = new float[learns ? codes.length : 0];
    Arrays.fill(scales, 1f);
    Arrays.fill(factors, 1f);
    Arrays.fill(mask, 1f);
  }

  /** True when there are codes with one scale an output channel, false when there are reals. */
  boolean areCodes() {
    return coder.isPresent() && coder.get().givesCodes();
  }

  /**
   * Reads weights from {@code parameters[offset ...]}; {@link #factors} and {@link #leastScales}
   * have been set before.
   */
  void load(float[] parameters, int offset) {
    System.arraycopy(parameters, offset, bases, 0, bases.length);
    for (int o = 0; o < outputs; o++) {
      int row = o * perOutput;
      for (int i = row; i < row + perOutput; i++) {
        codes[i] = bases[i] * factors[o];
      }
    }
    coder.ifPresent(by -> by.code(this));
  }

  /** Adds {@code multiplier * diff} of one output inside the codes to {@code gradient}. */
  void backward(int output, float multiplier, float[] diff, float[] gradient, int offset) {
    int row = output * perOutput;
    for (int i = row; i < row + perOutput; i++) {
      gradient[offset + i] += Math.max(0f, mask[i]) * (diff[i] * multiplier);
    }
  }

  /**
   * Adds what the gradient of an output's learned scale is made of.
   *
   * @param multiplier turns diff into the gradient of the quantized weights before the factor
   * @param slot of the scale
   */
  void addRangeSums(int output, double multiplier, float[] diff, double[] sums, int slot) {
    int row = output * perOutput;
    // The codes are those of w * factor, whose scale is that of w times |factor|.
    double times = multiplier * Math.copySign(1.0, factors[output]);
    RangeTerms.add(diff, row, terms, row, perOutput, times, sums, slot);
  }

  /**
   * Gradient of the loss with respect to {@code factor[o]}: {@code sum_i d(w_i * factor) * w_i}.
   *
   * @param diffCodes gradient with respect to the codes, multiplied by {@code scale[o]} already
   * @param srcScale real value of one unit of the block's input
   */
  double factorGradient(int output, float[] diffCodes, float srcScale) {
    return productOfInside(output, diffCodes) * srcScale / scales[output];
  }

  /** {@code sum_i diff_i * w_i} of one output, over the weights inside the codes. */
  double productOfInside(int output, float[] diff) {
    int row = output * perOutput;
    double sum = 0;
    for (int i = row; i < row + perOutput; i++) {
      sum += mask[i] < 0 ? 0 : (double) diff[i] * bases[i];
    }
    return sum;
  }
}
