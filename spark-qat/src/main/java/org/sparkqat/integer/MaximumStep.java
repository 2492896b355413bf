package org.sparkqat.integer;

/** Maximum over the elements of a window that lie inside the image. */
public final class MaximumStep implements Step {

  /** What is compared. */
  public enum Values {
    CODES,
    /** The bits of binary32 numbers. */
    REALS
  }

  private final Sliding window;
  private final Values values;

  public MaximumStep(Sliding window, Values values) {
    this.window = window;
    this.values = values;
  }

  @Override
  public void run(int[][] sources, int[] dst) {
    int at = 0;
    for (int c = 0; c < window.channels(); c++) {
      for (int y = 0; y < window.outputHeight(); y++) {
        for (int x = 0; x < window.outputWidth(); x++) {
          dst[at++] = maximum(sources[0], c, y, x);
        }
      }
    }
  }

  private int maximum(int[] src, int c, int y, int x) {
    int plane = c * window.height() * window.width();
    int best = src[plane + window.top(y) * window.width() + window.left(x)];
    for (int i = window.top(y); i < window.bottom(y); i++) {
      for (int j = window.left(x); j < window.right(x); j++) {
        int value = src[plane + i * window.width() + j];
        best = isLarger(value, best) ? value : best;
      }
    }
    return best;
  }

  private boolean isLarger(int a, int b) {
    return values == Values.CODES ? a > b : Binary32.key(a) > Binary32.key(b);
  }
}
