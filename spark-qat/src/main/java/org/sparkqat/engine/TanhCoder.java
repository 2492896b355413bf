package org.sparkqat.engine;

import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * Uniform codes of {@code t = tanh(w) / max |tanh(w)|}, with scale {@code |factor| / quantMax} of
 * {@code t * factor}. The mask holds {@code dt/dw = (1 - tanh(w)^2) / max |tanh(w)|}.
 */
record TanhCoder(WeightQuantizer quantizer) implements WeightCoder {

  @Override
  public void code(WeightCodes weights) {
    WeightCoder.magnitude(weights.codes);
    float largest = (float) Math.tanh(WeightCoder.magnitude(weights.bases));
    for (int i = 0; i < weights.bases.length; i++) {
      double tanh = Math.tanh(weights.bases[i]);
      weights.mask[i] = largest > 0 ? (float) ((1 - tanh * tanh) / largest) : 0f;
      weights.bases[i] = largest > 0 ? (float) (tanh / largest) : 0f;
    }
    Affine affine = quantizer.affine(new Range(-1, 1));
    for (int o = 0; o < weights.outputs; o++) {
      float factor = weights.factors[o];
      float sign = Math.copySign(1f, factor);
      for (int i = o * weights.perOutput; i < (o + 1) * weights.perOutput; i++) {
        // Adding 0 makes a positive zero of a negative one.
        weights.codes[i] = sign * affine.centered(weights.bases[i]) + 0f;
      }
      float scale = affine.scale() * Math.abs(factor);
      float held = scale < Float.MIN_NORMAL ? 1f : scale;
      weights.scales[o] = Math.max(held, weights.leastScales[o]);
    }
  }
}
