package org.sparkqat.engine;

import org.jspecify.annotations.Nullable;

/**
 * A linear map of one micro-batch with its two gradients, without bias.
 *
 * <p>Convolution: src {@code [N, C, H, W]}, weights {@code [O, C/G, KH, KW]}, dst {@code [N, O, OH,
 * OW]}. Fully connected: src {@code [N, I]}, weights {@code [O, I]}, dst {@code [N, O]}. Arrays are
 * dense and row-major, start at index 0 unless an offset is given, and may be longer than needed.
 *
 * <p>All arithmetic is binary32 with binary32 sums: neither Winograd nor reduced precision. So
 * values that are integers give exact results as long as every partial sum stays below
 * 2<sup>24</sup>.
 *
 * <p>Order of calls: {@link #weights} at least once, then {@link #forward}, then any number of
 * {@link #backward} calls for that forward. Another order is an {@link IllegalStateException},
 * arrays that are too short are an {@link IllegalArgumentException}.
 */
public interface WeightedKernel extends AutoCloseable {

  /** Copies the weights from {@code weights[offset]} on; they are in force until the next call. */
  void weights(float[] weights, int offset);

  /** Computes {@code dst} from {@code src} and the weights in force. */
  void forward(float[] src, float[] dst);

  /**
   * Overwrites {@code diffSrc} and {@code diffWeights} with the gradients of the latest forward.
   *
   * @param src the array of the latest forward call, with the content it had then: a kernel may use
   *     the copy that it made in {@link #forward}
   * @param diffDst the gradient of dst
   * @param diffSrc receives the gradient of src, or null if it is not wanted
   * @param diffWeights receives the gradient of the weights
   */
  void backward(float[] src, float[] diffDst, float @Nullable [] diffSrc, float[] diffWeights);

  /** Bytes of the copy of src that {@link #forward} keeps for {@link #backward}; 0: none. */
  default long keptForBackwardBytes() {
    return 0;
  }

  /** Releases the resources of this kernel; later calls do nothing. */
  @Override
  void close();
}
