package org.sparkqat.engine;

/**
 * Where the time of a plan's latest {@link Plan#load} and {@link Plan#train} went, in nanoseconds.
 *
 * @param load weights folded, quantized where the plan quantizes, and handed over to the kernels
 * @param quantization activations observed and quantized with their straight-through masks, as far
 *     as these are passes of their own; 0 where no quantizer acts
 * @param forward the rest of the forward pass
 * @param loss loss and its gradient
 * @param backward the backward pass
 */
public record StepTimes(long load, long quantization, long forward, long loss, long backward) {

  public StepTimes {
    if (load < 0 || quantization < 0 || forward < 0 || loss < 0 || backward < 0) {
      throw new IllegalArgumentException(
          "Invalid step times: %d, %d, %d, %d, %d ns (must be at least 0)"
              .formatted(load, quantization, forward, loss, backward));
    }
  }
}
