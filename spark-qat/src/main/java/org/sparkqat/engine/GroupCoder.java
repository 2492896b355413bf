package org.sparkqat.engine;

import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * Uniform codes with a range for each run of weights of an output channel. No accumulator has one
 * scale then, so that the weights are left as the real numbers of their codes.
 *
 * @param run weights of a group
 */
record GroupCoder(WeightQuantizer quantizer, int run) implements WeightCoder {

  @Override
  public void code(WeightCodes weights) {
    for (int o = 0; o < weights.outputs; o++) {
      int end = (o + 1) * weights.perOutput;
      for (int from = o * weights.perOutput; from < end; from += run) {
        code(weights, from, Math.min(from + run, end));
      }
    }
  }

  private void code(WeightCodes weights, int from, int to) {
    Affine affine = quantizer.affine(Range.of(weights.codes, from, to));
    affine.centeredWithMask(weights.codes, weights.mask, from, to);
    for (int i = from; i < to; i++) {
      weights.codes[i] *= affine.scale();
    }
  }

  @Override
  public boolean givesCodes() {
    return false;
  }
}
