package org.sparkqat.training;

/** The parts of a stage, in their order. */
public enum Phase {
  /** Training in float. */
  FLOAT,
  /** The float network runs on training data while its ranges are observed; no parameter moves. */
  CALIBRATION,
  /** Training with quantization in the forward pass. */
  QAT,
  /** Batch-norm statistics are computed anew over one pass of the data; no parameter moves. */
  ESTIMATION,
  /** Nothing is left to do. */
  DONE
}
