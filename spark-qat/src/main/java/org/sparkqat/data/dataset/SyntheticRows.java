package org.sparkqat.data.dataset;

import java.io.Serializable;

/** The features and the label of each row of a synthetic set. */
interface SyntheticRows extends Serializable {

  /** A row: {@code features} is {@code float[]} or {@code byte[]}. */
  record Example(Object features, double label) {}

  /** The row of the given number, whatever else is generated. */
  Example row(long number);
}
