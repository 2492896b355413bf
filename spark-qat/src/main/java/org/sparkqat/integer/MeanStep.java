package org.sparkqat.integer;

/** Mean over the elements of a window that lie inside the image: a sum, which is requantized. */
public final class MeanStep implements Step {

  private final Sliding window;
  private final Requantizer[] byCount;

  /**
   * An average pooling.
   *
   * @param byCount the requantizer of a sum of each number of elements, from 1, at number - 1
   */
  public MeanStep(Sliding window, Requantizer[] byCount) {
    this.window = window;
    this.byCount = byCount.clone();
  }

  @Override
  public void run(int[][] sources, int[] dst) {
    int at = 0;
    for (int c = 0; c < window.channels(); c++) {
      for (int y = 0; y < window.outputHeight(); y++) {
        for (int x = 0; x < window.outputWidth(); x++) {
          int count = (window.bottom(y) - window.top(y)) * (window.right(x) - window.left(x));
          dst[at++] = byCount[count - 1].of(sum(sources[0], c, y, x));
        }
      }
    }
  }

  private int sum(int[] src, int c, int y, int x) {
    int sum = 0;
    for (int i = window.top(y); i < window.bottom(y); i++) {
      for (int j = window.left(x); j < window.right(x); j++) {
        sum += src[(c * window.height() + i) * window.width() + j];
      }
    }
    return sum;
  }
}
