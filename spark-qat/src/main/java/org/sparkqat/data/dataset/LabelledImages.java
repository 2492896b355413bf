package org.sparkqat.data.dataset;

import java.io.IOException;

/** Images of one size with their labels, in the order of their publication. */
interface LabelledImages {

  /** The number of images. */
  int size();

  /** The label of an image, from 0. */
  int label(int index) throws IOException;

  /**
   * The C·H·W raw uint8 values of an image, in channel, row, column order; the caller's to keep.
   */
  byte[] image(int index) throws IOException;
}
