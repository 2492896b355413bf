package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_ge;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_le;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

/**
 * The straight-through mask of a quantizer, a byte for each value, and the gradient behind it. A
 * side on which no value lies outside is not looked at, and without any nothing is computed.
 */
final class StraightThrough {

  private final Quantizer quantizer;
  private final int bytes;
  private final Operation notBelow;
  private final Operation notAbove;
  private final Operation backward;
  private boolean passesAll;

  /**
   * The mask of a block that puts out dst.
   *
   * @param values before the activation, as one row
   */
  StraightThrough(Workshop workshop, Tensor values, Feature dst, Quantizer quantizer) {
    this.quantizer = quantizer;
    this.bytes = dst.extent().size();
    Tensor passes = workshop.flat(dst.extent(), dnnl_u8, workshop.ownPlace());
    this.notBelow =
        workshop.binary(
            "mask",
            dnnl_binary_ge,
            values,
            quantizer.passLow.row,
            passes,
            new Attributes(workshop));
    this.notAbove =
        workshop.binary(
            "mask",
            dnnl_binary_le,
            values,
            quantizer.passHigh.row,
            passes,
            new Attributes(workshop).then(dnnl_binary_mul, passes));
    Tensor diff = workshop.flat(dst.extent(), dnnl_f32, dst.diff());
    this.backward =
        workshop.binary(
            "straight-through gradient",
            dnnl_binary_mul,
            diff,
            passes,
            diff,
            new Attributes(workshop));
  }

  /**
   * Notes which values pass the gradient.
   *
   * @param min smallest value before the activation
   * @param max largest value before the activation
   */
  void mark(float min, float max) {
    boolean above = !quantizer.passes(max);
    passesAll = !above && quantizer.passes(min);
    if (!passesAll) {
      notBelow.run();
    }
    if (above) {
      notAbove.run();
    }
  }

  /** Bytes of the mask. */
  int bytes() {
    return bytes;
  }

  /** Sets the gradient of the output to 0 where it does not pass. */
  void backward() {
    if (!passesAll) {
      backward.run();
    }
  }
}
