package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;

/** The way of a Java array into a tensor: a copy, and a reorder where the layouts differ. */
final class Import {

  private final Tensor landing;
  private final @Nullable Operation reorder;
  private final int count;

  Import(Tensor landing, @Nullable Operation reorder, int count) {
    this.landing = landing;
    this.reorder = reorder;
    this.count = count;
  }

  void run(float[] values, int offset) {
    landing.put(values, offset, count);
    if (reorder != null) {
      reorder.run();
    }
  }
}
