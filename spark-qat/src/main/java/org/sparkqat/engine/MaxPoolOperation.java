package org.sparkqat.engine;

import java.util.Arrays;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/**
 * Maximum over a window; the codes of the input are those of the output. The first maximum of a
 * window receives its gradient.
 */
final class MaxPoolOperation implements Operation {

  private final Activations src;
  private final Activations dst;
  private final Shape in;
  private final Shape out;
  private final Window window;
  private final int planes;
  private final int[] argmax;
  private float[] diffSrc = {};

  MaxPoolOperation(
      int batch, Shape in, Shape out, Window window, Activations src, Activations dst) {
    this.src = src;
    this.dst = dst;
    this.in = in;
    this.out = out;
    this.window = window;
    this.planes = batch * in.channels();
    this.argmax = new int[dst.data.length];
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void forward(MicroBatchContext context) {
    int at = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int y = 0; y < out.dim(1); y++) {
        for (int x = 0; x < out.dim(2); x++) {
          int best = argmax(plane * in.spatial(), y, x);
          argmax[at] = best;
          dst.data[at++] = src.data[best];
        }
      }
    }
    dst.scale = src.scale;
    dst.isCodes = src.isCodes;
  }

  private int argmax(int base, int y, int x) {
    int top = y * window.strideHeight() - window.paddingHeight();
    int left = x * window.strideWidth() - window.paddingWidth();
    int bottom = Math.min(in.dim(1), top + window.kernelHeight());
    int right = Math.min(in.dim(2), left + window.kernelWidth());
    int best = base + Math.max(0, top) * in.dim(2) + Math.max(0, left);
    for (int i = Math.max(0, top); i < bottom; i++) {
      for (int j = Math.max(0, left); j < right; j++) {
        int index = base + i * in.dim(2) + j;
        // NaN is a maximum, so that it is not lost.
        if (src.data[index] > src.data[best] || Float.isNaN(src.data[index])) {
          best = index;
        }
      }
    }
    return best;
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + (long) argmax.length * Integer.BYTES;
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (!src.wantsGradient()) {
      return;
    }
    if (diffSrc.length == 0) {
      diffSrc = new float[src.diff.length];
    }
    Arrays.fill(diffSrc, 0f);
    for (int i = 0; i < argmax.length; i++) {
      diffSrc[argmax[i]] += dst.diff[i];
    }
    src.addGradient(diffSrc);
  }
}
