package org.sparkqat.quantization;

/** How many elements of a tensor share one scale and zero point. */
public enum Granularity {
  /** One scale for the whole tensor. */
  PER_TENSOR,
  /** One scale for each output channel of a weight, or for each channel of an activation. */
  PER_CHANNEL,
  /** One scale for each group of input channels of each output channel of a weight. */
  PER_GROUP
}
