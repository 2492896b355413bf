package org.sparkqat.training;

/** What is done to a float network before, or with, its first calibration. */
public enum Preparation {
  /** {@link Equalization}, before ranges are observed. */
  EQUALIZATION,
  /** {@link BiasCorrection}, when ranges are known. */
  BIAS_CORRECTION
}
