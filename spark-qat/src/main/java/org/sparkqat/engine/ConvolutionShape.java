package org.sparkqat.engine;

import org.sparkqat.network.Layer;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/**
 * The shape of a two-dimensional convolution on one micro-batch: src {@code [N, C, H, W]}, weights
 * {@code [O, C/G, KH, KW]}, dst {@code [N, O, OH, OW]} with {@code OH = (H + 2·paddingHeight − KH)
 * / strideHeight + 1}, rounded down, and OW alike.
 *
 * @param batch N, at least 1
 * @param channels C, at least 1
 * @param height H, at least 1
 * @param width W, at least 1
 * @param outputs O, at least 1
 * @param kernelHeight KH, at least 1
 * @param kernelWidth KW, at least 1
 * @param strideHeight vertical stride, at least 1
 * @param strideWidth horizontal stride, at least 1
 * @param paddingHeight rows of zeros above and below, 0 to KH − 1
 * @param paddingWidth columns of zeros left and right, 0 to KW − 1
 * @param groups G, a divisor of C and of O; G = C is depthwise
 */
public record ConvolutionShape(
    int batch,
    int channels,
    int height,
    int width,
    int outputs,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int paddingHeight,
    int paddingWidth,
    int groups)
    implements LinearShape {

  public ConvolutionShape {
    Sizes.atLeast(1, "convolution batch", batch);
    Sizes.atLeast(1, "convolution channels", channels);
    Sizes.atLeast(1, "convolution height", height);
    Sizes.atLeast(1, "convolution width", width);
    Sizes.atLeast(1, "convolution outputs", outputs);
    Sizes.atLeast(1, "convolution kernel height", kernelHeight);
    Sizes.atLeast(1, "convolution kernel width", kernelWidth);
    Sizes.atLeast(1, "convolution stride height", strideHeight);
    Sizes.atLeast(1, "convolution stride width", strideWidth);
    Sizes.atLeast(1, "convolution groups", groups);
    checkPadding("height", paddingHeight, kernelHeight);
    checkPadding("width", paddingWidth, kernelWidth);
    checkKernel("height", kernelHeight, height + 2L * paddingHeight);
    checkKernel("width", kernelWidth, width + 2L * paddingWidth);
    if (channels % groups != 0 || outputs % groups != 0) {
      throw new IllegalArgumentException(
          "Invalid convolution groups: %d (must divide the %d channels and the %d outputs)"
              .formatted(groups, channels, outputs));
    }
    Sizes.product("convolution src", batch, channels, height, width);
    Sizes.product("convolution weights", outputs, channels / groups, kernelHeight, kernelWidth);
    Sizes.product(
        "convolution dst",
        batch,
        outputs,
        extent(height, kernelHeight, strideHeight, paddingHeight),
        extent(width, kernelWidth, strideWidth, paddingWidth));
  }

  /**
   * The shape of a layer.
   *
   * @param src shape {@code [C, H, W]} of what it reads
   */
  public static ConvolutionShape of(Layer.Convolution layer, Shape src, int batch) {
    Window window = layer.window();
    return new ConvolutionShape(
        batch,
        src.channels(),
        src.dim(1),
        src.dim(2),
        layer.outputs(),
        window.kernelHeight(),
        window.kernelWidth(),
        window.strideHeight(),
        window.strideWidth(),
        window.paddingHeight(),
        window.paddingWidth(),
        layer.groups());
  }

  /** OH. */
  public int outputHeight() {
    return extent(height, kernelHeight, strideHeight, paddingHeight);
  }

  /** OW. */
  public int outputWidth() {
    return extent(width, kernelWidth, strideWidth, paddingWidth);
  }

  /** C/G, the input channels that one output channel sees. */
  public int groupChannels() {
    return channels / groups;
  }

  /** O/G, the output channels of one group. */
  public int groupOutputs() {
    return outputs / groups;
  }

  @Override
  public int srcSize() {
    return batch * channels * height * width;
  }

  @Override
  public int weightsSize() {
    return outputs * groupChannels() * kernelHeight * kernelWidth;
  }

  @Override
  public int dstSize() {
    return batch * outputs * outputHeight() * outputWidth();
  }

  @Override
  public String toString() {
    return ("convolution src [%d, %d, %d, %d], weights [%d, %d, %d, %d], stride [%d, %d],"
            + " padding [%d, %d], groups %d")
        .formatted(
            batch,
            channels,
            height,
            width,
            outputs,
            groupChannels(),
            kernelHeight,
            kernelWidth,
            strideHeight,
            strideWidth,
            paddingHeight,
            paddingWidth,
            groups);
  }

  private static int extent(int size, int kernel, int stride, int padding) {
    return (int) ((size + 2L * padding - kernel) / stride + 1);
  }

  private static void checkPadding(String axis, int padding, int kernel) {
    if (padding < 0 || padding >= kernel) {
      throw new IllegalArgumentException(
          "Invalid convolution padding %s: %d (allowed: 0 to %d, less than the kernel)"
              .formatted(axis, padding, kernel - 1));
    }
  }

  private static void checkKernel(String axis, int kernel, long padded) {
    if (kernel > padded) {
      throw new IllegalArgumentException(
          "Invalid convolution kernel %s: %d (allowed: at most the padded input's %d)"
              .formatted(axis, kernel, padded));
    }
  }
}
