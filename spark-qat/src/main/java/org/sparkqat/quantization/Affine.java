package org.sparkqat.quantization;

import java.util.Arrays;

/**
 * The affine map between codes and real numbers, {@code real = scale * (code - zeroPoint)}.
 *
 * <p>{@code code = clamp(roundHalfEven(real / scale) + zeroPoint, quantMin, quantMax)}, as ONNX
 * QuantizeLinear defines it. Real 0 is always exactly representable (Jacob et al. 2018, arXiv
 * 1712.05877).
 *
 * @param scale real width of one code, above 0
 * @param zeroPoint code of real 0, within the codes
 */
public record Affine(float scale, int zeroPoint, CodeRange codes) {

  /** Adding and subtracting 1.5 * 2^23 rounds a float below 2^22 half to even. */
  private static final float ROUNDER = 12582912f;

  public Affine {
    if (!Float.isFinite(scale)) {
      throw new NotFiniteException("Invalid scale: " + scale + " (must be above 0, finite)");
    }
    if (scale <= 0) {
      throw new IllegalArgumentException("Invalid scale: " + scale + " (must be above 0, finite)");
    }
    if (zeroPoint < codes.quantMin() || zeroPoint > codes.quantMax()) {
      throw new IllegalArgumentException(
          "Invalid zero point: " + zeroPoint + " (allowed: " + codes + ")");
    }
  }

  /** Smallest centered code, {@code quantMin - zeroPoint}. */
  public int lowest() {
    return codes.quantMin() - zeroPoint;
  }

  /** Largest centered code, {@code quantMax - zeroPoint}. */
  public int highest() {
    return codes.quantMax() - zeroPoint;
  }

  /** The code of a real number; NaN must have been reported before. */
  public int quantize(float real) {
    return (int) centered(real) + zeroPoint;
  }

  /** The real number of a code. */
  public float dequantize(int code) {
    return scale * (code - zeroPoint);
  }

  /** {@code dequantize(quantize(real))}. */
  public float fakeQuantize(float real) {
    return scale * centered(real);
  }

  /**
   * The code less the zero point, as an integer-valued float. Infinities saturate; NaN stays NaN,
   * so that whoever observes the range ({@link Range#of} is NaN too) reports it.
   */
  public float centered(float real) {
    float clamped = Math.max(lowest(), Math.min(highest(), real / scale));
    return clamped + ROUNDER - ROUNDER;
  }

  /** Rounds half to even; exact below 2^22. */
  public static float round(float code) {
    return code + ROUNDER - ROUNDER;
  }

  /**
   * Centered codes of an array: {@code codes[i] = quantize(real[i]) - zeroPoint} as integer-valued
   * floats. Infinities saturate, NaN stays NaN.
   */
  public void centered(float[] real, float[] dst, int from, int to) {
    float low = lowest();
    float high = highest();
    for (int i = from; i < to; i++) {
      float clamped = Math.max(low, Math.min(high, real[i] / scale));
      dst[i] = clamped + ROUNDER - ROUNDER;
    }
  }

  /**
   * Centered codes in place, and the straight-through mask: {@code mask[i]} is 1 where the
   * unclamped code lies within the codes, else -1. An infinity lies outside; NaN stays NaN, in the
   * mask too.
   */
  public void centeredWithMask(float[] values, float[] mask, int from, int to) {
    Arrays.fill(mask, from, to, 1f);
    centeredAndMask(values, mask, from, to);
  }

  /**
   * As {@link #centeredWithMask}, but where the unclamped code lies within the codes the mask
   * element, 0 or 1, is kept.
   */
  public void centeredAndMask(float[] values, float[] mask, int from, int to) {
    float low = lowest();
    float high = highest();
    // Floats and no branches: the loop becomes vector instructions, and nothing is mispredicted.
    for (int i = from; i < to; i++) {
      float wide = Math.max(low - 1, Math.min(high + 1, values[i] / scale));
      float code = wide + ROUNDER - ROUNDER;
      float clamped = Math.max(low, Math.min(high, code));
      float inside = 1 - Math.abs(code - clamped);
      mask[i] = (mask[i] + 1) * inside - 1;
      values[i] = clamped;
    }
  }
}
