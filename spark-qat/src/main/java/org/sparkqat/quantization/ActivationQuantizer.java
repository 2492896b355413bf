package org.sparkqat.quantization;

/**
 * How the output of a layer is quantized.
 *
 * @param format default 8 bits, asymmetric, unsigned
 * @param granularity default per tensor; per channel is simulated in float
 * @param observer default moving average; a learned range starts from what it found
 * @param range default observed
 */
public record ActivationQuantizer(
    CodeFormat format, Granularity granularity, Observer observer, ActivationRange range) {

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
    if (format.bits() > observer.mostBits()) {
      throw new IllegalArgumentException(
          "Invalid bits of activations: %d with observer kullback-leibler (allowed: up to %d, since its histogram has %d parts and a code needs two; use observer mean-squared-error)"
              .formatted(format.bits(), observer.mostBits(), Histogram.BINS));
    }
    if (range.isLearned()) {
      requireLearnable(format, range);
    }
    if (range.isDynamic()) {
      requireDynamic(format, granularity, observer);
    }
  }

  /** With the range that the observer keeps. */
  public ActivationQuantizer(CodeFormat format, Granularity granularity, Observer observer) {
    this(format, granularity, observer, ActivationRange.OBSERVED);
  }

  private static void requireLearnable(CodeFormat format, ActivationRange range) {
    if (format.steps() != CodeFormat.Steps.ANY) {
      throw new IllegalArgumentException(
          "Invalid range of activations: learned, with scales of powers of two (these need range"
              + " observed)");
    }
    if (range == ActivationRange.LSQ_PLUS && format.symmetry() == Symmetry.SYMMETRIC) {
      throw new IllegalArgumentException(
          "Invalid range of activations: lsq-plus of symmetric codes, which have no offset (use"
              + " lsq)");
    }
    if (range == ActivationRange.PACT && format.sign() == CodeFormat.Sign.SIGNED) {
      throw new IllegalArgumentException(
          "Invalid range of activations: pact of signed codes (allowed: unsigned; use lsq)");
    }
  }

  private static void requireDynamic(
      CodeFormat format, Granularity granularity, Observer observer) {
    if (format.steps() != CodeFormat.Steps.ANY) {
      throw new IllegalArgumentException(
          "Invalid range of activations: dynamic, with scales of powers of two (these need range"
              + " observed)");
    }
    if (granularity != Granularity.PER_TENSOR) {
      throw new IllegalArgumentException(
          "Invalid range of activations: dynamic with granularity per-channel (allowed: per-tensor)");
    }
    if (observer instanceof Observer.Fitted) {
      throw new IllegalArgumentException(
          "Invalid range of activations: dynamic with an observer of histograms (the range is that"
              + " of the tensor at hand; use observer min-max or moving-average)");
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

  /** True when all values have one scale, which is known before they are. */
  public boolean hasOneScale() {
    return granularity == Granularity.PER_TENSOR && !range.isDynamic();
  }

  /** True when 8-bit kernels take the codes: at most 8 bits, and one scale. */
  public boolean fitsKernels() {
    return format.fitsKernels() && hasOneScale();
  }

  public ActivationQuantizer withBits(int newBits) {
    return new ActivationQuantizer(format.withBits(newBits), granularity, observer, range);
  }

  /** The same with a dynamic range of each example. */
  ActivationQuantizer ofSingleExamples() {
    return range == ActivationRange.DYNAMIC ? withRange(ActivationRange.DYNAMIC_PER_ROW) : this;
  }

  /** The same with a range from elsewhere. */
  public ActivationQuantizer withRange(ActivationRange newRange) {
    return new ActivationQuantizer(format, granularity, observer, newRange);
  }
}
