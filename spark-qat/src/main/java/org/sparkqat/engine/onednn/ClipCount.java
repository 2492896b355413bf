package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_gt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_lt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

/** How many values a quantizer clips. They are counted only where the range says there are any. */
final class ClipCount {

  private final Quantizer quantizer;
  private final Operation above;
  private final Operation below;
  private final Reduction sum;

  /**
   * A count of values.
   *
   * @param values before the activation, as one row
   * @param size how many there are
   */
  ClipCount(Workshop workshop, Tensor values, int size, Quantizer quantizer, Place aside) {
    this.quantizer = quantizer;
    Tensor hits = workshop.row(size, dnnl_u8, aside);
    this.above =
        workshop.binary(
            "count of clipped values",
            dnnl_binary_gt,
            values,
            quantizer.largestWithin.row,
            hits,
            new Attributes(workshop));
    this.below =
        workshop.binary(
            "count of clipped values",
            dnnl_binary_lt,
            values,
            quantizer.leastWithin.row,
            hits,
            new Attributes(workshop));
    this.sum = new Reduction(workshop, dnnl_reduction_sum, dnnl_u8, size, aside);
  }

  /**
   * The number of values outside the codes.
   *
   * @param min smallest value after the activation
   * @param max largest value after the activation
   */
  long count(float min, float max) {
    return (quantizer.clipsAbove(max) ? count(above) : 0)
        + (quantizer.clipsBelow(min) ? count(below) : 0);
  }

  private long count(Operation compare) {
    compare.run();
    return (long) sum.run();
  }
}
