package org.sparkqat.engine;

import java.util.Optional;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.WeightQuantizer;

/** Uniform codes, with the range of the tensor or of each output channel. */
record UniformCoder(WeightQuantizer quantizer) implements WeightCoder {

  @Override
  public void code(WeightCodes weights) {
    boolean perTensor = quantizer.granularity() == Granularity.PER_TENSOR;
    Optional<Affine> whole = perTensor ? Optional.of(ofTensor(weights)) : Optional.empty();
    for (int o = 0; o < weights.outputs; o++) {
      int from = o * weights.perOutput;
      int to = from + weights.perOutput;
      Affine affine =
          whole.isPresent()
              ? whole.get()
              : affine(Range.of(weights.codes, from, to), weights.leastScales[o]);
      affine.centeredWithMask(weights.codes, weights.mask, from, to);
      weights.scales[o] = affine.scale();
      weights.zeroPoints[o] = affine.zeroPoint();
    }
  }

  private Affine ofTensor(WeightCodes weights) {
    float least = Range.of(weights.leastScales, 0, weights.outputs).max();
    return affine(Range.of(weights.codes, 0, weights.codes.length), least);
  }

  private Affine affine(Range range, float leastScale) {
    return quantizer.affine(quantizer.format().widened(range, leastScale));
  }
}
