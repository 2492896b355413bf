package org.sparkqat.quantization;

/**
 * How the weights of a layer are quantized; their range is that of the weights at hand.
 *
 * @param bits 2 to 8, default 8
 * @param symmetry default symmetric: narrow signed codes; asymmetric: full signed codes
 * @param granularity default per channel (axis of output channels)
 */
public record WeightQuantizer(int bits, Symmetry symmetry, Granularity granularity) {

  public static final WeightQuantizer DEFAULT =
      new WeightQuantizer(8, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL);

  public WeightQuantizer {
    CodeRange.requireBits(bits);
  }

  public CodeRange codes() {
    return symmetry == Symmetry.SYMMETRIC ? CodeRange.signedNarrow(bits) : CodeRange.signed(bits);
  }

  /** Scale and zero point of the given range of weights. */
  public Affine affine(Range range) {
    return Affine.of(range, codes(), symmetry);
  }

  public WeightQuantizer withBits(int newBits) {
    return new WeightQuantizer(newBits, symmetry, granularity);
  }
}
