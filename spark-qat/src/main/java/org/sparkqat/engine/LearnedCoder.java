package org.sparkqat.engine;

import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * Uniform codes of {@code w * factor} with scale {@code s * |factor|}, {@code s} being learned. The
 * mask is 0 outside the codes. The bases become the quantized weights, since they are what the
 * factor multiplies: no code depends on it.
 */
record LearnedCoder(WeightQuantizer quantizer) implements WeightCoder {

  @Override
  public void code(WeightCodes weights) {
    WeightCoder.magnitude(weights.codes);
    for (int o = 0; o < weights.outputs; o++) {
      float factor = weights.factors[o];
      float learned = weights.learnedScales[o] * Math.abs(factor);
      float held = learned < Float.MIN_NORMAL ? 1f : learned;
      Affine affine = new Affine(Math.max(held, weights.leastScales[o]), 0, quantizer.codes());
      int from = o * weights.perOutput;
      int to = from + weights.perOutput;
      RangeTerms.of(weights.codes, from, affine, weights.terms, from, weights.perOutput);
      affine.centeredWithMask(weights.codes, weights.mask, from, to);
      float toWeight = affine.scale() / factor;
      for (int i = from; i < to; i++) {
        weights.mask[i] = Math.max(0f, weights.mask[i]);
        weights.bases[i] = weights.codes[i] * toWeight;
      }
      weights.scales[o] = affine.scale();
    }
  }
}
