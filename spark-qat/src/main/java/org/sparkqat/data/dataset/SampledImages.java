package org.sparkqat.data.dataset;

import java.io.IOException;
import org.sparkqat.data.EpochOrder;

/** The first {@code size} images of a pseudo-random permutation of all, given by a seed alone. */
record SampledImages(LabelledImages all, int size, EpochOrder order) implements LabelledImages {

  static SampledImages of(LabelledImages all, int size, long seed) {
    if (size < 1 || size > all.size()) {
      throw new IllegalArgumentException(
          "Invalid number of examples: " + size + " (allowed: 1 to " + all.size() + ")");
    }
    return new SampledImages(all, size, EpochOrder.of(seed, 0, 0, all.size()));
  }

  @Override
  public int label(int index) throws IOException {
    return all.label(order.index(index));
  }

  @Override
  public byte[] image(int index) throws IOException {
    return all.image(order.index(index));
  }
}
