package org.sparkqat.network;

/**
 * A window that slides over the two spatial axes of an image.
 *
 * <p>Output size per axis: {@code (size + 2 * padding - kernel) / stride + 1}, rounded down.
 * Padding is zeros on both sides of an axis, less than the kernel.
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int paddingHeight,
    int paddingWidth) {

  public Window {
    require("kernel", kernelHeight, kernelWidth, 1);
    require("stride", strideHeight, strideWidth, 1);
    require("padding", paddingHeight, paddingWidth, 0);
    if (paddingHeight >= kernelHeight || paddingWidth >= kernelWidth) {
      throw new IllegalArgumentException(
          "Invalid padding: ["
              + paddingHeight
              + ", "
              + paddingWidth
              + "] (must be less than the kernel)");
    }
  }

  /** A square window. */
  public static Window square(int kernel, int stride, int padding) {
    return new Window(kernel, kernel, stride, stride, padding, padding);
  }

  public int outputHeight(int height) {
    return output(height, kernelHeight, strideHeight, paddingHeight);
  }

  public int outputWidth(int width) {
    return output(width, kernelWidth, strideWidth, paddingWidth);
  }

  private static int output(int size, int kernel, int stride, int padding) {
    int room = size + 2 * padding - kernel;
    if (room < 0) {
      throw new IllegalArgumentException(
          "kernel " + kernel + " is larger than the padded size " + (size + 2 * padding));
    }
    return room / stride + 1;
  }

  private static void require(String what, int height, int width, int least) {
    if (height < least || width < least) {
      throw new IllegalArgumentException(
          "Invalid " + what + ": [" + height + ", " + width + "] (must be at least " + least + ")");
    }
  }
}
