package org.sparkqat.engine;

import java.util.Arrays;
import java.util.Optional;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * The weights {@code [O, K]} that a block multiplies by: {@code w * factor[o]}, quantized to
 * centered codes with one scale per output channel, or real with scale 1.
 */
final class WeightCodes {

  private final Optional<WeightQuantizer> quantizer;
  private final int outputs;
  private final int perOutput;
  final float[] codes;
  final float[] scales;
  final int[] zeroPoints;
  final float[] factors;

  /** No scale is smaller, so that a bias can be told in 32 bits; 0: no limit. */
  final float[] leastScales;

  private final float[] mask;

  WeightCodes(Optional<WeightQuantizer> quantizer, int outputs, int perOutput) {
    this.quantizer = quantizer;
    this.outputs = outputs;
    this.perOutput = perOutput;
    this.codes = new float[outputs * perOutput];
    this.scales = new float[outputs];
    this.zeroPoints = new int[outputs];
    this.factors = new float[outputs];
    this.leastScales = new float[outputs];
    this.mask = new float[codes.length];
    Arrays.fill(scales, 1f);
    Arrays.fill(factors, 1f);
    Arrays.fill(mask, 1f);
  }

  boolean areCodes() {
    return quantizer.isPresent();
  }

  /**
   * Reads weights from {@code parameters[offset ...]}; {@link #factors} and {@link #leastScales}
   * have been set before.
   */
  void load(float[] parameters, int offset) {
    for (int o = 0; o < outputs; o++) {
      int row = o * perOutput;
      for (int i = 0; i < perOutput; i++) {
        codes[row + i] = parameters[offset + row + i] * factors[o];
      }
    }
    quantizer.ifPresent(this::quantize);
  }

  private void quantize(WeightQuantizer by) {
    boolean perTensor = by.granularity() == Granularity.PER_TENSOR;
    Range whole = Range.of(codes, 0, codes.length);
    float least = Range.of(leastScales, 0, outputs).max();
    for (int o = 0; o < outputs; o++) {
      int from = o * perOutput;
      int to = from + perOutput;
      Affine affine =
          perTensor
              ? affine(by, whole, least)
              : affine(by, Range.of(codes, from, to), leastScales[o]);
      affine.centeredWithMask(codes, mask, from, to);
      scales[o] = affine.scale();
      zeroPoints[o] = affine.zeroPoint();
    }
  }

  private static Affine affine(WeightQuantizer by, Range range, float leastScale) {
    Affine affine = by.affine(range);
    if (affine.scale() >= leastScale) {
      return affine;
    }
    float wider = leastScale / affine.scale();
    return by.affine(new Range(range.min() * wider, range.max() * wider));
  }

  /**
   * Turns the gradient with respect to the codes into that of the weights, {@code dw = dcode /
   * scale * factor} inside the codes, else 0, and adds it to {@code gradient[offset ...]}.
   *
   * @param diffCodes gradient with respect to the codes, multiplied by {@code scale[o]} already
   * @param srcScale real value of one unit of the block's input
   */
  void backward(float[] diffCodes, float srcScale, float[] gradient, int offset) {
    for (int o = 0; o < outputs; o++) {
      backward(o, srcScale * factors[o] / scales[o], diffCodes, gradient, offset);
    }
  }

  /** Adds {@code multiplier * diff} of one output inside the codes to {@code gradient}. */
  void backward(int output, float multiplier, float[] diff, float[] gradient, int offset) {
    int row = output * perOutput;
    for (int i = row; i < row + perOutput; i++) {
      gradient[offset + i] += Math.max(0f, mask[i]) * (diff[i] * multiplier);
    }
  }

  /**
   * Gradient of the loss with respect to {@code factor[o]}: {@code sum_i d(w_i * factor) * w_i}.
   *
   * @param diffCodes as in {@link #backward}
   */
  double factorGradient(
      int output, float[] diffCodes, float srcScale, float[] parameters, int offset) {
    return productOfInside(output, diffCodes, parameters, offset) * srcScale / scales[output];
  }

  /** {@code sum_i diff_i * w_i} of one output, over the weights inside the codes. */
  double productOfInside(int output, float[] diff, float[] parameters, int offset) {
    int row = output * perOutput;
    double sum = 0;
    for (int i = row; i < row + perOutput; i++) {
      sum += mask[i] < 0 ? 0 : (double) diff[i] * parameters[offset + i];
    }
    return sum;
  }
}
