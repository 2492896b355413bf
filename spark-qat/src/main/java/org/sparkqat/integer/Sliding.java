package org.sparkqat.integer;

/** A window that slides over an image {@code [C, H, W]}. */
public record Sliding(
    int channels,
    int height,
    int width,
    int outputHeight,
    int outputWidth,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int paddingHeight,
    int paddingWidth) {

  /** First row inside the image of the window of an output row. */
  int top(int y) {
    return Math.max(0, y * strideHeight - paddingHeight);
  }

  /** The row after the last. */
  int bottom(int y) {
    return Math.min(height, y * strideHeight - paddingHeight + kernelHeight);
  }

  int left(int x) {
    return Math.max(0, x * strideWidth - paddingWidth);
  }

  int right(int x) {
    return Math.min(width, x * strideWidth - paddingWidth + kernelWidth);
  }

  /** First output column whose window has the kernel's column inside the image. */
  int firstColumn(int kernelColumn) {
    return Math.max(0, -Math.floorDiv(kernelColumn - paddingWidth, strideWidth));
  }

  /** The output column after the last such. */
  int endColumn(int kernelColumn) {
    int last = Math.floorDiv(width - 1 + paddingWidth - kernelColumn, strideWidth);
    return Math.max(0, Math.min(outputWidth, last + 1));
  }

  /** True when each output pixel reads the input pixel of the same place. */
  boolean isPointwise() {
    return kernelHeight * kernelWidth == 1
        && strideHeight * strideWidth == 1
        && paddingHeight + paddingWidth == 0;
  }

  int outputSpatial() {
    return outputHeight * outputWidth;
  }
}
