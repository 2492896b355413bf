package org.sparkqat.integer;

import java.util.Arrays;

/**
 * Convolution; a fully connected layer is one of a 1x1 kernel on a 1x1 image: {@code acc[o, y, x] =
 * Σ_c Σ_kh Σ_kw src[c, y·sh + kh − ph, x·sw + kw − pw] · weights[o, c, kh, kw]} in 32 bits, then
 * the output channel's requantizer. Padding is real 0, whose code less its zero point is 0.
 */
public final class LinearStep implements Step {

  private final Sliding window;
  private final int groups;
  private final int[] weights;
  private final Requantizer[] requantizers;

  /**
   * A layer whose sums fit 32 bits, in any order.
   *
   * @param weights codes less their zero points, {@code [O, C / groups, KH, KW]}
   * @param requantizers one for each output channel
   */
  public LinearStep(Sliding window, int groups, int[] weights, Requantizer[] requantizers) {
    this.window = window;
    this.groups = groups;
    this.weights = weights.clone();
    this.requantizers = requantizers.clone();
  }

  @Override
  public void run(int[][] sources, int[] dst) {
    int spatial = window.outputSpatial();
    Arrays.fill(dst, 0);
    for (int o = 0; o < requantizers.length; o++) {
      accumulate(sources[0], o, dst);
      for (int i = o * spatial; i < (o + 1) * spatial; i++) {
        dst[i] = requantizers[o].of(dst[i]);
      }
    }
  }

  private void accumulate(int[] src, int o, int[] dst) {
    int groupChannels = window.channels() / groups;
    int first = o / (requantizers.length / groups) * groupChannels;
    int at = o * groupChannels * window.kernelHeight() * window.kernelWidth();
    for (int c = first; c < first + groupChannels; c++) {
      for (int kh = 0; kh < window.kernelHeight(); kh++) {
        for (int kw = 0; kw < window.kernelWidth(); kw++) {
          int weight = weights[at++];
          if (weight != 0) {
            addPlane(src, c, kh, kw, weight, dst, o * window.outputSpatial());
          }
        }
      }
    }
  }

  /** Adds the products of one weight. */
  private void addPlane(int[] src, int c, int kh, int kw, int weight, int[] dst, int to) {
    if (window.isPointwise()) {
      addRow(src, c * window.outputSpatial(), weight, dst, to, window.outputSpatial());
      return;
    }
    int from = window.firstColumn(kw);
    int end = window.endColumn(kw);
    for (int y = 0; y < window.outputHeight(); y++) {
      int row = y * window.strideHeight() + kh - window.paddingHeight();
      if (row >= 0 && row < window.height()) {
        int column = from * window.strideWidth() + kw - window.paddingWidth();
        int srcAt = (c * window.height() + row) * window.width() + column;
        addRow(src, srcAt, weight, dst, to + y * window.outputWidth() + from, end - from);
      }
    }
  }

  private void addRow(int[] src, int srcAt, int weight, int[] dst, int dstAt, int count) {
    if (window.strideWidth() == 1) {
      for (int i = 0; i < count; i++) {
        dst[dstAt + i] += weight * src[srcAt + i];
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      dst[dstAt + i] += weight * src[srcAt + i * window.strideWidth()];
    }
  }
}
