package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Shape;

/**
 * Joins two or more tensors along their channels: images {@code [C1, H, W], [C2, H, W], ...} of one
 * height and width to {@code [C1 + C2 + ..., H, W]}, vectors {@code [F1], [F2], ...} to {@code [F1
 * + F2 + ...]}. The channels stand in the order of the inputs.
 */
public record Concatenate() implements Layer {

  @Override
  public Shape outputShape(List<Shape> inputs) {
    Shape first = inputs.get(0);
    long channels = 0;
    for (Shape input : inputs) {
      requireJoins(first, input);
      channels += input.channels();
    }
    if (channels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("the output has " + channels + " channels");
    }
    int[] dims = first.dims();
    dims[0] = (int) channels;
    return new Shape(dims);
  }

  private static void requireJoins(Shape first, Shape other) {
    if (other.rank() != first.rank()) {
      throw new IllegalArgumentException(
          "an image cannot be joined to a vector (put a flatten layer between)");
    }
    for (int axis = 1; axis < first.rank(); axis++) {
      if (other.dim(axis) != first.dim(axis)) {
        throw new IllegalArgumentException(
            "heights or widths differ: " + first + " and " + other + " (only channels may)");
      }
    }
  }

  @Override
  public int arity() {
    return 2;
  }

  @Override
  public boolean takesMore() {
    return true;
  }

  @Override
  public <T> T accept(LayerVisitor<T> visitor) {
    return visitor.concatenate(this);
  }
}
