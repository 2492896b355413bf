package org.sparkqat.engine;

import java.util.Arrays;

/** Checks of tensor sizes. */
final class Sizes {

  private Sizes() {}

  static void atLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          "Invalid %s: %d (allowed: at least %d)".formatted(name, value, least));
    }
  }

  /** The number of values of a tensor, which must be indexable by an int. */
  static int product(String name, int... sizes) {
    long product = 1;
    for (int size : sizes) {
      product *= size;
      if (product > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "Invalid %s: shape %s (allowed: at most %d values)"
                .formatted(name, Arrays.toString(sizes), Integer.MAX_VALUE));
      }
    }
    return (int) product;
  }
}
