package org.sparkqat.training;

/** The parts of the QAT loop, in their order. */
public enum Phase {
  /** Training in float. */
  FLOAT,
  /** The float network runs on training data while its ranges are observed; no parameter moves. */
  CALIBRATION,
  /** Training with quantization in the forward pass. */
  QAT,
  /** Nothing is left to do. */
  DONE;

  /** The phase after this one. */
  public Phase next() {
    return switch (this) {
      case FLOAT -> CALIBRATION;
      case CALIBRATION -> QAT;
      case QAT, DONE -> DONE;
    };
  }
}
