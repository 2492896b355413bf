package org.sparkqat.quantization;

/** Whether real 0 lies in the middle of the codes (zero point 0) or anywhere among them. */
public enum Symmetry {
  SYMMETRIC,
  ASYMMETRIC
}
