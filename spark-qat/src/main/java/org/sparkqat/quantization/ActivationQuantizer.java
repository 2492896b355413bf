package org.sparkqat.quantization;

/**
 * How the output of a layer is quantized, with the global range that its observer keeps.
 *
 * @param bits 2 to 8, default 8
 * @param symmetry default asymmetric: unsigned codes; symmetric: narrow signed codes
 * @param granularity default per tensor; per channel is simulated in float
 * @param observer default moving average
 */
public record ActivationQuantizer(
    int bits, Symmetry symmetry, Granularity granularity, Observer observer) {

  public static final ActivationQuantizer DEFAULT =
      new ActivationQuantizer(
          8,
          Symmetry.ASYMMETRIC,
          Granularity.PER_TENSOR,
          new Observer.MovingAverage(Observer.MovingAverage.DEFAULT_MOMENTUM));

  public ActivationQuantizer {
    CodeRange.requireBits(bits);
  }

  public CodeRange codes() {
    return symmetry == Symmetry.SYMMETRIC ? CodeRange.signedNarrow(bits) : CodeRange.unsigned(bits);
  }

  /** Scale and zero point of the given range of activations. */
  public Affine affine(Range range) {
    return Affine.of(range, codes(), symmetry);
  }

  public ActivationQuantizer withBits(int newBits) {
    return new ActivationQuantizer(newBits, symmetry, granularity, observer);
  }
}
