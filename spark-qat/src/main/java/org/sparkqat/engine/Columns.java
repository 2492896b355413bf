package org.sparkqat.engine;

import java.util.Arrays;

/**
 * The input of one example and group, rearranged: row k holds, for every output position, the input
 * value that meets kernel position {@code k = (c·KH + kh)·KW + kw}, or 0 in the padding.
 */
final class Columns {

  private final ConvolutionShape shape;
  private final Axis vertical;
  private final Axis horizontal;
  private final float[][] rows;

  Columns(ConvolutionShape shape) {
    this.shape = shape;
    this.vertical =
        new Axis(shape.height(), shape.outputHeight(), shape.strideHeight(), shape.paddingHeight());
    this.horizontal =
        new Axis(shape.width(), shape.outputWidth(), shape.strideWidth(), shape.paddingWidth());
    this.rows = new float[terms()][positions()];
  }

  /** K = C/G · KH · KW, the number of rows. */
  int terms() {
    return shape.groupChannels() * shape.kernelHeight() * shape.kernelWidth();
  }

  /** OH · OW, the length of a row. */
  int positions() {
    return shape.outputHeight() * shape.outputWidth();
  }

  float[][] rows() {
    return rows;
  }

  /** Fills the rows from example n and group g of src. */
  void load(float[] src, int n, int g) {
    for (int k = 0; k < rows.length; k++) {
      Arrays.fill(rows[k], 0f);
      move(k, n, g, src, rows[k], Columns::copy);
    }
  }

  /** Adds a gradient of row k to the values of diffSrc that the row was made of. */
  void addBack(float[] row, int k, float[] diffSrc, int n, int g) {
    move(k, n, g, diffSrc, row, Columns::accumulate);
  }

  private void move(int k, int n, int g, float[] image, float[] row, Segment segment) {
    int kw = k % shape.kernelWidth();
    int kh = k / shape.kernelWidth() % shape.kernelHeight();
    int channel = g * shape.groupChannels() + k / (shape.kernelWidth() * shape.kernelHeight());
    int plane = (n * shape.channels() + channel) * shape.height() * shape.width();
    int first = horizontal.first(kw);
    int count = horizontal.end(kw) - first;
    if (count <= 0) {
      return; // this column of the kernel lies in the padding only
    }
    for (int y = vertical.first(kh); y < vertical.end(kh); y++) {
      int at = plane + vertical.input(y, kh) * shape.width() + horizontal.input(first, kw);
      segment.move(image, at, horizontal.stride(), row, y * horizontal.outputs() + first, count);
    }
  }

  private static void copy(float[] image, int at, int stride, float[] row, int start, int count) {
    if (stride == 1) {
      System.arraycopy(image, at, row, start, count);
    } else {
      for (int j = 0; j < count; j++) {
        row[start + j] = image[at + j * stride];
      }
    }
  }

  private static void accumulate(
      float[] image, int at, int stride, float[] row, int start, int count) {
    for (int j = 0; j < count; j++) {
      image[at + j * stride] += row[start + j];
    }
  }

  /** What is done with the values of one input line and their places in a row. */
  private interface Segment {
    void move(float[] image, int at, int stride, float[] row, int start, int count);
  }
}
