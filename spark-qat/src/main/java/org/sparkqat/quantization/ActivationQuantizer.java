package org.sparkqat.quantization;

/**
 * How the output of a layer is quantized, with the global range that its observer keeps.
 *
 * @param format default 8 bits, asymmetric, unsigned
 * @param granularity default per tensor; per channel is simulated in float
 * @param observer default moving average
 */
public record ActivationQuantizer(CodeFormat format, Granularity granularity, Observer observer) {

  public static final ActivationQuantizer DEFAULT =
      new ActivationQuantizer(
          8,
          Symmetry.ASYMMETRIC,
          Granularity.PER_TENSOR,
          new Observer.MovingAverage(Observer.MovingAverage.DEFAULT_MOMENTUM));

  public ActivationQuantizer {
    if (granularity == Granularity.PER_GROUP) {
      throw new IllegalArgumentException(
          "Invalid granularity of activations: per group (allowed: per tensor, per channel)");
    }
  }

  /** Asymmetric: unsigned codes; symmetric: narrow signed codes. */
  public ActivationQuantizer(
      int bits, Symmetry symmetry, Granularity granularity, Observer observer) {
    this(
        symmetry == Symmetry.SYMMETRIC
            ? CodeFormat.signed(bits, symmetry)
            : CodeFormat.unsigned(bits),
        granularity,
        observer);
  }

  public int bits() {
    return format.bits();
  }

  public Symmetry symmetry() {
    return format.symmetry();
  }

  public CodeRange codes() {
    return format.codes();
  }

  /** Scale and zero point of the given range of activations. */
  public Affine affine(Range range) {
    return format.affine(range);
  }

  /** True when 8-bit kernels take the codes: at most 8 bits, and one scale. */
  public boolean fitsKernels() {
    return format.fitsKernels() && granularity == Granularity.PER_TENSOR;
  }

  public ActivationQuantizer withBits(int newBits) {
    return new ActivationQuantizer(format.withBits(newBits), granularity, observer);
  }
}
