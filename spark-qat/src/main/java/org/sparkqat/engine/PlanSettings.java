package org.sparkqat.engine;

/**
 * What a plan is compiled for, beside the network.
 *
 * @param microBatch examples of one forward pass
 */
public record PlanSettings(
    int microBatch,
    Arithmetic arithmetic,
    Normalization normalization,
    GradientPrecision gradients) {

  /** With gradients in binary32. */
  public PlanSettings(int microBatch, Arithmetic arithmetic, Normalization normalization) {
    this(microBatch, arithmetic, normalization, GradientPrecision.FLOAT32);
  }

  public PlanSettings {
    if (microBatch < 1) {
      throw new IllegalArgumentException(
          "Invalid micro-batch: " + microBatch + " (must be at least 1)");
    }
  }
}
