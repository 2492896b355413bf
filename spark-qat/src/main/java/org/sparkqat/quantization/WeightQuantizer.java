package org.sparkqat.quantization;

/**
 * How the weights of a layer are quantized.
 *
 * @param format default 8 bits, symmetric and narrow; asymmetric weights have full signed codes
 * @param granularity default per channel (axis of output channels); per group: each output channel
 *     has a scale for every {@code groupSize} input channels, and computes in float
 * @param groupSize input channels of a group, for granularity per group only; the last may be
 *     smaller
 * @param scheme default uniform
 * @param range default that of the weights at hand
 */
public record WeightQuantizer(
    CodeFormat format,
    Granularity granularity,
    int groupSize,
    WeightScheme scheme,
    WeightRange range) {

  /** Input channels of a group where nothing else is said. */
  public static final int DEFAULT_GROUP_SIZE = 32;

  public static final WeightQuantizer DEFAULT =
      new WeightQuantizer(8, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL);

  public WeightQuantizer {
    if (format.sign() == CodeFormat.Sign.UNSIGNED) {
      throw new IllegalArgumentException("Invalid weights: unsigned codes (allowed: signed)");
    }
    if (groupSize < 1) {
      throw new IllegalArgumentException(
          "Invalid group size: " + groupSize + " (must be at least 1)");
    }
    scheme.require(format, granularity);
    range.require(format, granularity, scheme);
  }

  /** With the range of the weights at hand. */
  public WeightQuantizer(
      CodeFormat format, Granularity granularity, int groupSize, WeightScheme scheme) {
    this(format, granularity, groupSize, scheme, WeightRange.OBSERVED);
  }

  /** Uniform codes: symmetric and narrow, or asymmetric and full. */
  public WeightQuantizer(int bits, Symmetry symmetry, Granularity granularity) {
    this(CodeFormat.signed(bits, symmetry), granularity, DEFAULT_GROUP_SIZE, WeightScheme.UNIFORM);
  }

  /** Binary or ternary weights. */
  public static WeightQuantizer of(WeightScheme scheme, Granularity granularity) {
    CodeFormat format = CodeFormat.signed(2, Symmetry.SYMMETRIC);
    return new WeightQuantizer(format, granularity, DEFAULT_GROUP_SIZE, scheme);
  }

  /** Bits that a code takes in memory: 1 for binary weights. */
  public int bits() {
    return scheme == WeightScheme.BINARY ? 1 : format.bits();
  }

  public Symmetry symmetry() {
    return format.symmetry();
  }

  public CodeRange codes() {
    return format.codes();
  }

  /** Scale and zero point of the given range of weights. */
  public Affine affine(Range range) {
    return format.affine(range);
  }

  /** True when 8-bit kernels take the codes: at most 8 bits, and one scale an output channel. */
  public boolean fitsKernels() {
    return format.fitsKernels() && granularity != Granularity.PER_GROUP;
  }

  /** True when the scales of output channels may differ. */
  public boolean hasScalesOfChannels() {
    return granularity == Granularity.PER_CHANNEL || range.isLearned();
  }

  /** The same with a range from elsewhere. */
  public WeightQuantizer withRange(WeightRange newRange) {
    return new WeightQuantizer(format, granularity, groupSize, scheme, newRange);
  }

  /** The same with another number of bits, uniform where the scheme has a number of its own. */
  public WeightQuantizer withBits(int newBits) {
    WeightScheme kept = scheme.hasOwnBits() ? WeightScheme.UNIFORM : scheme;
    return new WeightQuantizer(format.withBits(newBits), granularity, groupSize, kept, range);
  }
}
