package org.sparkqat.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Sizes of a dense row-major array, without the batch dimension: {@code [C, H, W]} or {@code [F]}.
 */
public record Shape(int... dims) {

  public Shape {
    dims = dims.clone();
    if (dims.length == 0) {
      throw new IllegalArgumentException("Invalid shape: [] (must have at least one size)");
    }
    long elements = 1;
    for (int dim : dims) {
      if (dim < 1) {
        throw new IllegalArgumentException(
            "Invalid shape: " + Arrays.toString(dims) + " (every size must be at least 1)");
      }
      elements *= dim;
      if (elements > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "Invalid shape: " + Arrays.toString(dims) + " (more than 2^31 - 1 elements)");
      }
    }
  }

  @Override
  public int[] dims() {
    return dims.clone();
  }

  public int dim(int axis) {
    return dims[axis];
  }

  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public int size() {
    int size = 1;
    for (int dim : dims) {
      size *= dim;
    }
    return size;
  }

  /** The first size: channels of an image, features of a vector. */
  public int channels() {
    return dims[0];
  }

  /** Elements of one channel: {@code H * W} of an image, 1 of a vector. */
  public int spatial() {
    return size() / channels();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
