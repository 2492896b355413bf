package org.sparkqat.quantization;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** The affine map written a second time, in decimal arithmetic of 60 digits. */
final class AffineOracle {

  private static final MathContext PRECISE = new MathContext(60, RoundingMode.HALF_EVEN);
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private AffineOracle() {}

  /**
   * {@code (hi - lo) / (quantMax - quantMin)}, or {@code max(min / quantMin, max / quantMax)}, to
   * the nearest float; then the next power of two where only those are allowed.
   */
  static float scale(Range range, CodeFormat format) {
    BigDecimal min = decimal(range.min());
    BigDecimal max = decimal(range.max());
    CodeRange codes = format.codes();
    if (format.symmetry() == Symmetry.SYMMETRIC) {
      BigDecimal above = divide(max, codes.quantMax());
      boolean unsigned = codes.quantMin() == 0;
      return step(unsigned ? above : above.max(divide(min, codes.quantMin())), format);
    }
    BigDecimal width = max.max(BigDecimal.ZERO).subtract(min.min(BigDecimal.ZERO));
    return step(divide(width, codes.quantMax() - codes.quantMin()), format);
  }

  private static float step(BigDecimal exact, CodeFormat format) {
    float scale = exact.floatValue();
    if (format.steps() == CodeFormat.Steps.ANY) {
      return scale;
    }
    double power = Float.MIN_NORMAL;
    while (power < scale) {
      power *= 2;
    }
    return (float) power;
  }

  /** {@code clamp(roundHalfEven(quantMin - lo / scale))}. */
  static int zeroPoint(Range range, CodeRange codes, float scale) {
    BigDecimal low = decimal(range.min()).min(BigDecimal.ZERO);
    BigDecimal exact =
        BigDecimal.valueOf(codes.quantMin()).subtract(low.divide(decimal(scale), PRECISE));
    return clamp(exact.setScale(0, RoundingMode.HALF_EVEN), codes);
  }

  /** {@code clamp(roundHalfEven(real / scale) + zeroPoint, quantMin, quantMax)}. */
  static int quantize(float real, Affine affine) {
    BigDecimal code = quotient(real, affine).setScale(0, RoundingMode.HALF_EVEN);
    return clamp(code.add(BigDecimal.valueOf(affine.zeroPoint())), affine.codes());
  }

  /** How far {@code real / scale} is from the nearest tie, in codes. */
  static double distanceFromTie(float real, Affine affine) {
    BigDecimal quotient = quotient(real, affine);
    BigDecimal fraction = quotient.subtract(quotient.setScale(0, RoundingMode.FLOOR));
    return fraction.subtract(HALF).abs().doubleValue();
  }

  private static BigDecimal quotient(float real, Affine affine) {
    return decimal(real).divide(decimal(affine.scale()), PRECISE);
  }

  private static int clamp(BigDecimal code, CodeRange codes) {
    return code.max(BigDecimal.valueOf(codes.quantMin()))
        .min(BigDecimal.valueOf(codes.quantMax()))
        .intValueExact();
  }

  private static BigDecimal divide(BigDecimal value, int by) {
    return value.divide(BigDecimal.valueOf(by), PRECISE);
  }

  private static BigDecimal decimal(float value) {
    return new BigDecimal(value);
  }
}
