package org.sparkqat.engine;

/** How a plan computes. */
public enum Arithmetic {
  /** Real numbers; no quantizer acts. */
  FLOAT,
  /** Real numbers, while the ranges of all quantization points are observed. */
  CALIBRATION,
  /** Real numbers, while the values of all quantization points are counted over their ranges. */
  HISTOGRAM,
  /** Quantized weights and activations; ranges are observed while training. */
  QUANTIZED;

  boolean quantizes() {
    return this == QUANTIZED;
  }
}
