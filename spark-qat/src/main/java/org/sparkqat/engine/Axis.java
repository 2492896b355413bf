package org.sparkqat.engine;

/**
 * One spatial axis of a convolution: output position x and kernel position k meet input position
 * {@code x · stride + k − padding}.
 */
record Axis(int inputs, int outputs, int stride, int padding) {

  /** The input position that output position x and kernel position k meet. */
  int input(int x, int k) {
    return x * stride + k - padding;
  }

  /** The first output position at which kernel position k meets the input, not the padding. */
  int first(int k) {
    return k >= padding ? 0 : Math.min(outputs, (padding - k + stride - 1) / stride);
  }

  /** The position after the last one at which kernel position k meets the input; at least first. */
  int end(int k) {
    int room = inputs - 1 - k + padding;
    return room < 0 ? first(k) : Math.max(first(k), Math.min(outputs, room / stride + 1));
  }
}
