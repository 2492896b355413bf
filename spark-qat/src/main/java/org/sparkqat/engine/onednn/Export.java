package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;

/** The way of a tensor into a Java array: a reorder where the layouts differ, and a copy. */
final class Export {

  private final @Nullable Operation reorder;
  private final Tensor departure;
  private final int count;

  Export(@Nullable Operation reorder, Tensor departure, int count) {
    this.reorder = reorder;
    this.departure = departure;
    this.count = count;
  }

  void run(float[] values) {
    if (reorder != null) {
      reorder.run();
    }
    departure.get(values, count);
  }
}
