package org.sparkqat.engine;

import org.jspecify.annotations.Nullable;

/**
 * Holds the callers of one {@link WeightedKernel} to its contract: order of calls, array lengths.
 */
public final class CallContract {

  private final LinearShape shape;
  private boolean weighted;
  private boolean closed;
  private float @Nullable [] forwarded;

  /** A contract for a kernel of this shape, on which nothing has been called. */
  public CallContract(LinearShape shape) {
    this.shape = shape;
  }

  /** Checks a call of {@link WeightedKernel#weights}. */
  public void weights(float[] weights, int offset) {
    checkOpen("set weights");
    if (offset < 0 || weights.length - offset < shape.weightsSize()) {
      throw new IllegalArgumentException(
          "Invalid weights: %d values from offset %d (required: %d, for %s)"
              .formatted(weights.length, offset, shape.weightsSize(), shape));
    }
    weighted = true;
  }

  /** Checks a call of {@link WeightedKernel#forward}. */
  public void forward(float[] src, float[] dst) {
    checkOpen("run forward");
    if (!weighted) {
      throw new IllegalStateException(
          "Cannot run forward: no weights (call weights first, for %s)".formatted(shape));
    }
    checkLength("src", src, shape.srcSize());
    checkLength("dst", dst, shape.dstSize());
    forwarded = src;
  }

  /** Checks a call of {@link WeightedKernel#backward}. */
  public void backward(
      float[] src, float[] diffDst, float @Nullable [] diffSrc, float[] diffWeights) {
    checkOpen("run backward");
    if (src != forwarded) {
      throw new IllegalStateException(
          "Cannot run backward: src is not the array of the latest forward call (for %s)"
              .formatted(shape));
    }
    checkLength("diffDst", diffDst, shape.dstSize());
    checkLength("diffWeights", diffWeights, shape.weightsSize());
    if (diffSrc != null) {
      checkLength("diffSrc", diffSrc, shape.srcSize());
    }
  }

  /** Notes that the kernel is closed: whatever is called from now on is refused. */
  public void close() {
    closed = true;
    forwarded = null;
  }

  private void checkOpen(String verb) {
    if (closed) {
      throw new IllegalStateException(
          "Cannot %s: the kernel is closed (for %s)".formatted(verb, shape));
    }
  }

  private void checkLength(String name, float[] values, int required) {
    if (values.length < required) {
      throw new IllegalArgumentException(
          "Invalid %s: %d values (required: %d, for %s)"
              .formatted(name, values.length, required, shape));
    }
  }
}
