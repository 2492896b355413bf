package org.sparkqat.engine;

import java.util.Arrays;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

/** Mean over the elements of a window that lie inside the image, in real numbers. */
final class AveragePoolOperation implements Operation {

  private final Activations src;
  private final Activations dst;
  private final Shape in;
  private final Shape out;
  private final Window window;
  private final int planes;
  private final OutputStage stage;
  private float[] diffSrc = {};

  AveragePoolOperation(
      int batch,
      Shape in,
      Shape out,
      Window window,
      Activations src,
      Activations dst,
      OutputStage stage) {
    this.src = src;
    this.dst = dst;
    this.in = in;
    this.out = out;
    this.window = window;
    this.planes = batch * in.channels();
    this.stage = stage;
  }

  /** The window that covers a whole image. */
  static Window whole(Shape image) {
    return new Window(image.dim(1), image.dim(2), image.dim(1), image.dim(2), 0, 0);
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    stage.load(ranges);
  }

  @Override
  public void forward(MicroBatchContext context) {
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int y = 0; y < out.dim(1); y++) {
        for (int x = 0; x < out.dim(2); x++) {
          dst.data[at++] = mean(plane * in.spatial(), y, x);
        }
      }
    }
    stage.forward(dst, context.pass(), context.result());
  }

  /** The sum of codes is exact; a division makes it a mean, a multiplication a real one. */
  private float mean(int base, int y, int x) {
    float sum = 0;
    for (int i = top(y); i < bottom(y); i++) {
      for (int j = left(x); j < right(x); j++) {
        sum += src.data[base + i * in.dim(2) + j];
      }
    }
    return sum / count(y, x) * src.scale;
  }

  private int count(int y, int x) {
    return (bottom(y) - top(y)) * (right(x) - left(x));
  }

  private int top(int y) {
    return Math.max(0, y * window.strideHeight() - window.paddingHeight());
  }

  private int bottom(int y) {
    int start = y * window.strideHeight() - window.paddingHeight();
    return Math.min(in.dim(1), start + window.kernelHeight());
  }

  private int left(int x) {
    return Math.max(0, x * window.strideWidth() - window.paddingWidth());
  }

  private int right(int x) {
    int start = x * window.strideWidth() - window.paddingWidth();
    return Math.min(in.dim(2), start + window.kernelWidth());
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    if (!src.wantsGradient()) {
      return;
    }
    if (diffSrc.length == 0) {
      diffSrc = new float[src.diff.length];
    }
    Arrays.fill(diffSrc, 0f);
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int y = 0; y < out.dim(1); y++) {
        for (int x = 0; x < out.dim(2); x++) {
          spread(plane * in.spatial(), y, x, dst.diff[at++] * (1f / count(y, x)));
        }
      }
    }
    src.addGradient(diffSrc);
  }

  private void spread(int base, int y, int x, float diff) {
    for (int i = top(y); i < bottom(y); i++) {
      for (int j = left(x); j < right(x); j++) {
        diffSrc[base + i * in.dim(2) + j] += diff;
      }
    }
  }
}
