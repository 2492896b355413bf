package org.sparkqat.engine.onednn;

import org.sparkqat.tensor.Shape;

/**
 * The sizes of a tensor of a micro-batch, which is stored channels last: {@code [N, H, W, C]}.
 *
 * <p>Vectors {@code [N, F]} are images of one column, {@code N} rows and {@code F} channels, so
 * that a fully connected layer is a convolution of 1x1, with all examples in one image.
 */
record Extent(long batch, long channels, long height, long width) {

  Extent {
    long values = batch * channels * height * width;
    if (values > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid micro-batch: a tensor of %d values (at most 2^31 - 1; use a smaller micro-batch)"
              .formatted(values));
    }
  }

  static Extent of(Shape shape, int microBatch) {
    return shape.rank() == 1
        ? new Extent(1, shape.channels(), microBatch, 1)
        : new Extent(microBatch, shape.channels(), shape.dim(1), shape.dim(2));
  }

  static Extent ofDimensions(long[] sizes) {
    return new Extent(sizes[0], sizes[1], sizes[2], sizes[3]);
  }

  long[] dimensions() {
    return new long[] {batch, channels, height, width};
  }

  /** Values of one channel. */
  long perChannel() {
    return batch * height * width;
  }

  int size() {
    return Math.toIntExact(batch * channels * height * width);
  }
}
