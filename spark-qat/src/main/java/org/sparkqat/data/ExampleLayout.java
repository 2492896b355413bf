package org.sparkqat.data;

import java.io.Serializable;

/**
 * How the examples of a data set are stored.
 *
 * @param featureSize values of one example, F or C·H·W
 * @param isUint8 whether a value takes one byte rather than four
 * @param isRegression whether the label is a float rather than a class
 */
record ExampleLayout(int featureSize, boolean isUint8, boolean isRegression)
    implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int BLOCK_BYTES = 64 << 20;

  /** How many whole examples one array holds: at most 64 MiB, but at least one example. */
  int examplesPerBlock() {
    return (int) Math.max(1, BLOCK_BYTES / featureBytes());
  }

  /** Bytes of an example as stored: its features, and four for the label. */
  int exampleBytes() {
    return Math.toIntExact(featureBytes() + Integer.BYTES);
  }

  long featureBytes() {
    return isUint8 ? featureSize : (long) featureSize * Float.BYTES;
  }
}
