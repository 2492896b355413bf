package org.sparkqat.engine;

/** Whether a forward pass is followed by a backward pass. */
enum Pass {
  TRAINING,
  INFERENCE
}
