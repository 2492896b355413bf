package org.sparkqat.engine;

/**
 * What a plan is compiled for, beside the network.
 *
 * @param microBatch examples of one forward pass
 */
public record PlanSettings(int microBatch, Arithmetic arithmetic, Normalization normalization) {

  public PlanSettings {
    if (microBatch < 1) {
      throw new IllegalArgumentException(
          "Invalid micro-batch: " + microBatch + " (must be at least 1)");
    }
  }
}
