package org.sparkqat.quantization;

/**
 * Which codes a quantizer has, and how a range becomes their scale and zero point.
 *
 * <p>Asymmetric: {@code lo = min(min, 0)}, {@code hi = max(max, 0)}, {@code scale = (hi - lo) /
 * (quantMax - quantMin)}, {@code zeroPoint = clamp(roundHalfEven(quantMin - lo / scale))}.
 * Symmetric: {@code scale = max(min / quantMin, max / quantMax)} (unsigned: {@code max /
 * quantMax}), {@code zeroPoint = 0}. With steps of powers of two, the scale is rounded up to the
 * next {@code 2^k}. A range that is empty, of no width, or gives a scale below 2^-126 is collapsed:
 * scale 1.
 *
 * @param bits 1 to 16; more than 8 compute in float
 * @param symmetry whether real 0 has code 0
 * @param sign unsigned: {@code 0 ... 2^b - 1}; signed: on both sides of 0, 2 bits at least
 * @param span of signed codes; narrow: {@code -(2^(b-1) - 1) ... 2^(b-1) - 1}; full: {@code
 *     -2^(b-1) ... 2^(b-1) - 1}
 * @param steps which scales there are
 */
public record CodeFormat(int bits, Symmetry symmetry, Sign sign, Span span, Steps steps) {

  /** Most bits of a code. */
  public static final int MOST_BITS = 16;

  /** Most bits of a code that 8-bit kernels take. */
  public static final int MOST_KERNEL_BITS = 8;

  /** On which sides of 0 there are codes. */
  public enum Sign {
    UNSIGNED,
    SIGNED
  }

  /** Whether signed codes have the one that is nobody's negative. */
  public enum Span {
    NARROW,
    FULL
  }

  /** Which scales there are. */
  public enum Steps {
    /** Any real number. */
    ANY,
    /** Powers of two, which a shift multiplies by. */
    POWER_OF_TWO
  }

  public CodeFormat {
    if (bits < 1 || bits > MOST_BITS) {
      throw new IllegalArgumentException("Invalid bits: " + bits + " (allowed: 1 to 16)");
    }
    if (bits == 1 && sign == Sign.SIGNED) {
      throw new IllegalArgumentException(
          "Invalid bits of signed codes: 1 (allowed: 2 to 16; weights of 1 bit are binary)");
    }
  }

  /** Symmetric and narrow, or asymmetric and full; both signed. */
  public static CodeFormat signed(int bits, Symmetry symmetry) {
    Span span = symmetry == Symmetry.SYMMETRIC ? Span.NARROW : Span.FULL;
    return new CodeFormat(bits, symmetry, Sign.SIGNED, span, Steps.ANY);
  }

  /** Asymmetric and unsigned. */
  public static CodeFormat unsigned(int bits) {
    return new CodeFormat(bits, Symmetry.ASYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.ANY);
  }

  /** The codes that there are. */
  public CodeRange codes() {
    if (sign == Sign.UNSIGNED) {
      return CodeRange.unsigned(bits);
    }
    return span == Span.NARROW ? CodeRange.signedNarrow(bits) : CodeRange.signed(bits);
  }

  /** True when the codes fit the 8-bit kernels. */
  public boolean fitsKernels() {
    return bits <= MOST_KERNEL_BITS;
  }

  /**
   * The one function that turns a range into scale and zero point; training, evaluation and export
   * all call it.
   *
   * @throws NotFiniteException when the range is not finite, or too wide for a scale
   */
  public Affine affine(Range range) {
    CodeRange codes = codes();
    if (collapses(range)) {
      return new Affine(1f, 0, codes);
    }
    float scale = scale(range);
    return new Affine(scale, zeroPoint(range, scale, codes), codes);
  }

  /** True when {@link #affine} has scale and zero point for the range. */
  public boolean takes(Range range) {
    return range.isEmpty() || (range.isFinite() && Float.isFinite((float) width(range)));
  }

  private int zeroPoint(Range range, float scale, CodeRange codes) {
    if (symmetry == Symmetry.SYMMETRIC) {
      return 0;
    }
    double zeroPoint = Math.rint(codes.quantMin() - Math.min(range.min(), 0f) / (double) scale);
    return (int) Math.max(codes.quantMin(), Math.min(codes.quantMax(), zeroPoint));
  }

  /** True when the range carries no information and is given scale 1. */
  public boolean collapses(Range range) {
    if (range.isEmpty()) {
      return true;
    }
    if (!range.isFinite()) {
      throw new NotFiniteException("Invalid quantization range: " + range + " (not finite)");
    }
    return scale(range) < Float.MIN_NORMAL;
  }

  private float scale(Range range) {
    float width = (float) width(range);
    boolean exact = steps == Steps.ANY || width < Float.MIN_NORMAL;
    return exact ? width : powerOfTwoFrom(width);
  }

  /** The real width of one code. */
  private double width(Range range) {
    CodeRange codes = codes();
    if (symmetry == Symmetry.ASYMMETRIC) {
      double low = Math.min(range.min(), 0f);
      double high = Math.max(range.max(), 0f);
      return (high - low) / (codes.quantMax() - codes.quantMin());
    }
    double above = (double) range.max() / codes.quantMax();
    return sign == Sign.UNSIGNED ? above : Math.max((double) range.min() / codes.quantMin(), above);
  }

  /** The range, wider where its scale would be below the given one. */
  public Range widened(Range range, float leastScale) {
    float scale = affine(range).scale();
    if (scale >= leastScale) {
      return range;
    }
    float wider = leastScale / scale;
    float by = steps == Steps.ANY ? wider : powerOfTwoFrom(wider);
    return new Range(range.min() * by, range.max() * by);
  }

  /** The smallest power of two that is at least the given number. */
  private static float powerOfTwoFrom(float number) {
    float power = Math.scalb(1f, Math.getExponent(number));
    return Math.min(power < number ? 2 * power : power, 0x1p127f);
  }

  /** The same with another number of bits. */
  public CodeFormat withBits(int newBits) {
    return new CodeFormat(newBits, symmetry, sign, span, steps);
  }
}
