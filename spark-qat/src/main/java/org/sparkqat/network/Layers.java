package org.sparkqat.network;

import org.sparkqat.tensor.Shape;

/** Checks that several layers share. */
final class Layers {

  private Layers() {}

  static void requirePositive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "Invalid " + what + ": " + value + " (must be at least 1)");
    }
  }

  static Shape requireImage(Shape shape) {
    if (shape.rank() != 3) {
      throw new IllegalArgumentException("expects an image [C, H, W], not " + shape);
    }
    return shape;
  }

  static Shape pooled(Shape src, Window window) {
    requireImage(src);
    return new Shape(
        src.channels(), window.outputHeight(src.dim(1)), window.outputWidth(src.dim(2)));
  }
}
