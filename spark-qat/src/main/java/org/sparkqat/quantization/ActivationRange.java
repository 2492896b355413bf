package org.sparkqat.quantization;

/** Where the range of an activation quantizer comes from. */
public enum ActivationRange {
  /** The observer's. */
  OBSERVED,
  /**
   * A learned scale {@code s}; the zero point stays what calibration found (Esser et al. 2020, LSQ,
   * arXiv 1902.08153).
   *
   * <p>With codes {@code q} less their zero point: {@code dx^/ds = q - x / s} where the unclamped
   * code lies within the codes, else {@code quantMin - zeroPoint} or {@code quantMax - zeroPoint}.
   */
  LSQ,
  /**
   * A learned scale and a learned offset {@code b}, the real value of the smallest code (Bhalgat et
   * al. 2020, LSQ+, arXiv 2004.09576); the zero point is that of the range {@code b ... b + s *
   * (quantMax - quantMin)}, which contains 0. {@code dx^/db} is 0 inside and 1 outside. Behind a
   * rectifier no value is below 0 and the offset is 0: there it is {@link #LSQ}.
   */
  LSQ_PLUS,
  /**
   * A learned upper end {@code a} of the values that a rectifier puts out, {@code dx^/da = 1} above
   * and 0 elsewhere, which is drawn to 0 by a penalty {@code decay / 2 * a^2} (Choi et al. 2018,
   * PACT, arXiv 1805.06085). Where no rectifier precedes, the range is observed.
   */
  PACT,
  /**
   * The range of the tensor at hand, of the whole micro-batch, at every execution, as ONNX
   * DynamicQuantizeLinear has it. For the gradient it is a constant.
   */
  DYNAMIC,
  /** The range of each example at hand, at every execution. For the gradient it is a constant. */
  DYNAMIC_PER_ROW;

  /** True when the range is trained with the weights. */
  public boolean isLearned() {
    return this == LSQ || this == LSQ_PLUS || this == PACT;
  }

  /** True when the range is found anew for each tensor. */
  public boolean isDynamic() {
    return this == DYNAMIC || this == DYNAMIC_PER_ROW;
  }

  /** What it is at the network's input, which has no gradient. */
  public ActivationRange atInput() {
    return isLearned() ? OBSERVED : this;
  }

  /** What it is behind a rectifier, whose values are not below 0. */
  public ActivationRange behindRectifier() {
    return this == LSQ_PLUS ? LSQ : this;
  }

  /** What it is where values may be below 0. */
  public ActivationRange withoutRectifier() {
    return this == PACT ? OBSERVED : this;
  }
}
