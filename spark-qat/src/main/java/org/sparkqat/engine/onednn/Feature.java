package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import java.util.Optional;

/**
 * What a block puts out for one micro-batch, and the gradient of the loss with respect to its real
 * values; in native memory, channels last.
 *
 * @param quantizer the quantizer whose codes the data are; empty: the data are real
 * @param wantsGradient false for the network's input
 */
record Feature(
    Extent extent,
    Optional<Quantizer> quantizer,
    Place data,
    MovablePlace diff,
    boolean wantsGradient) {

  /** Two codes of 16 bits, less their zero points. */
  private static final float LARGEST_SUM = 2 * 65_535;

  static Feature create(
      Workshop workshop, Extent extent, Optional<Quantizer> quantizer, boolean wantsGradient) {
    return new Feature(
        extent,
        quantizer,
        workshop.ownPlace(),
        new MovablePlace(workshop.ownPlace()),
        wantsGradient);
  }

  boolean isCodes() {
    return quantizer.isPresent();
  }

  /** True when the data are codes that lie there as 8-bit integers. */
  boolean inBytes() {
    return quantizer.filter(Quantizer::inBytes).isPresent();
  }

  int type() {
    return quantizer.map(Quantizer::type).orElse(dnnl_f32);
  }

  /** Bytes of the data. */
  long bytes() {
    return (long) extent.size() * (inBytes() ? 1 : Float.BYTES);
  }

  /** Real value of one unit of the data, without a gain. */
  float scale() {
    return quantizer.isPresent() ? quantizer.get().scale() : 1f;
  }

  /** Real value of one unit of the data, a gain in force included. */
  float realScale() {
    return quantizer.isPresent() ? quantizer.get().realScale() : 1f;
  }

  /** What the real values of codes are multiplied by while training; empty: by 1, always. */
  Optional<Numbers> gain() {
    return quantizer.flatMap(Quantizer::gain);
  }

  /** False when sums of two of the real values may exceed binary32. */
  boolean isBounded() {
    return Float.isFinite(realScale() * LARGEST_SUM);
  }

  Tensor data(Workshop workshop) {
    return workshop.tensor(extent, type(), data);
  }

  /** The data in another order of dimensions. */
  Tensor ordered(Workshop workshop, int tag) {
    return workshop.tensor(workshop.layout(extent.dimensions(), type(), tag), data);
  }

  Tensor diff(Workshop workshop) {
    return workshop.tensor(extent, dnnl_f32, diff);
  }
}
