package org.sparkqat.quantization;

/** Where the range of a weight quantizer comes from. */
public enum WeightRange {
  /** The weights at hand. */
  OBSERVED,
  /**
   * A learned scale {@code s} of the weights before batch normalization is folded in, for the
   * tensor or for each output channel (Esser et al. 2020, LSQ, arXiv 1902.08153). Folding
   * multiplies it by the magnitude of the channel's factor. It starts as the smaller of {@code 2
   * mean |w| / sqrt(quantMax)} and {@code max |w| / quantMax}.
   */
  LSQ;

  /** True when the range is trained with the weights. */
  public boolean isLearned() {
    return this == LSQ;
  }

  /** Refuses what has no learned scale. */
  void require(CodeFormat format, Granularity granularity, WeightScheme scheme) {
    if (!isLearned()) {
      return;
    }
    if (scheme != WeightScheme.UNIFORM) {
      throw new IllegalArgumentException(
          "Invalid range of weights: lsq (%s weights have a scale of their own; use scheme uniform or range observed)"
              .formatted(scheme.name().toLowerCase(java.util.Locale.ROOT)));
    }
    if (granularity == Granularity.PER_GROUP) {
      throw new IllegalArgumentException(
          "Invalid range of weights: lsq with granularity per-group (allowed: per-tensor,"
              + " per-channel)");
    }
    if (format.symmetry() == Symmetry.ASYMMETRIC || format.steps() != CodeFormat.Steps.ANY) {
      throw new IllegalArgumentException(
          "Invalid range of weights: lsq of asymmetric weights or of scales of powers of two"
              + " (these need range observed)");
    }
  }
}
