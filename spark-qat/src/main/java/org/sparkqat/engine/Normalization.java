package org.sparkqat.engine;

/** Which statistics batch normalization uses. */
public enum Normalization {
  /** Mean and variance of the micro-batch at hand. */
  BATCH,
  /** The running statistics: batch normalization is an affine map, folded into the weights. */
  RUNNING
}
