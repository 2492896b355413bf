package org.sparkqat.engine;

import java.util.stream.IntStream;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/** Which pixels a pooling window covers. */
final class Windows {

  private Windows() {}

  /**
   * Indexes of the pixels inside the image, row by row, in a batch of images {@code [C, H, W]}.
   *
   * @param at index of the output in the batch
   */
  static int[] pixels(Window w, Shape in, Shape out, int at) {
    int plane = at / out.spatial();
    int top = at % out.spatial() / out.dim(2) * w.strideHeight() - w.paddingHeight();
    int left = at % out.dim(2) * w.strideWidth() - w.paddingWidth();
    return IntStream.range(0, w.kernelHeight() * w.kernelWidth())
        .filter(k -> isInside(top + k / w.kernelWidth(), in.dim(1)))
        .filter(k -> isInside(left + k % w.kernelWidth(), in.dim(2)))
        .map(
            k ->
                (plane * in.dim(1) + top + k / w.kernelWidth()) * in.dim(2)
                    + left
                    + k % w.kernelWidth())
        .toArray();
  }

  private static boolean isInside(int position, int size) {
    return position >= 0 && position < size;
  }
}
