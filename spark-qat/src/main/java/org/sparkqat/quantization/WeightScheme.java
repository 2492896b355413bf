package org.sparkqat.quantization;

import java.util.Locale;

/**
 * How weights become codes and a scale. The gradient passes straight through, {@code dw = dy}, for
 * uniform codes only where the unclamped code lies within the codes.
 */
public enum WeightScheme {
  /** {@code code = clamp(roundHalfEven(w / scale) + zeroPoint)} with the range of the weights. */
  UNIFORM,
  /**
   * Uniform codes of {@code tanh(w) / max |tanh(w)|}, the maximum being the layer's (Zhou et al.
   * 2016, DoReFa-Net, arXiv 1606.06160), with scale {@code 1 / quantMax}. Folded batch
   * normalization multiplies the scale of each channel, so that the granularity is per channel. The
   * gradient is {@code dw = dy * (1 - tanh(w)^2) / max |tanh(w)|}.
   */
  TANH,
  /**
   * {@code code = sign(w)}, {@code scale = mean |w|} (Rastegari et al. 2016, XNOR-Net, arXiv
   * 1603.05279): -1 and 1, where weights that are all 0 stay 0. The gradient passes everywhere.
   */
  BINARY,
  /**
   * -1, 0 and 1: {@code code = sign(w)} where {@code |w| > 0.7 mean |w|}, else 0; {@code scale} is
   * the mean of those {@code |w|} (Li and Liu 2016, ternary weight networks, arXiv 1605.04711). The
   * gradient passes everywhere.
   */
  TERNARY;

  /** True when the scheme decides the number of bits. */
  public boolean hasOwnBits() {
    return this == BINARY || this == TERNARY;
  }

  /** Refuses formats and granularities that the scheme does not have. */
  void require(CodeFormat format, Granularity granularity) {
    if (this == UNIFORM) {
      return;
    }
    boolean plain =
        format.symmetry() == Symmetry.SYMMETRIC
            && format.steps() == CodeFormat.Steps.ANY
            && format.span() == CodeFormat.Span.NARROW;
    if (!plain) {
      throw new IllegalArgumentException(
          "Invalid weights: %s weights that are asymmetric, of full range or of powers of two (these need the uniform scheme)"
              .formatted(word()));
    }
    if (hasOwnBits() && format.bits() != 2) {
      throw new IllegalArgumentException(
          "Invalid bits of %s weights: %d (their codes are -1, 0 and 1)"
              .formatted(word(), format.bits()));
    }
    if (granularity == Granularity.PER_GROUP) {
      throw new IllegalArgumentException(
          "Invalid granularity of %s weights: per-group (allowed: per-channel)".formatted(word()));
    }
    if (this == TANH && granularity != Granularity.PER_CHANNEL) {
      throw new IllegalArgumentException(
          "Invalid granularity of tanh weights: per-tensor (allowed: per-channel, since batch"
              + " normalization gives each channel a scale)");
    }
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
