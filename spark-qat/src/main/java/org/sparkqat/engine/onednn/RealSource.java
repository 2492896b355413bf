package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;

/** A block's input in real numbers: the data as they are, or codes turned into numbers. */
final class RealSource {

  final Tensor tensor;
  private final @Nullable Operation dequantize;

  private RealSource(Tensor tensor, @Nullable Operation dequantize) {
    this.tensor = tensor;
    this.dequantize = dequantize;
  }

  /** {@code scale * (code - zeroPoint)}, made in the given place. */
  static RealSource scaled(Workshop workshop, Feature feature, Place place) {
    return of(workshop, feature, place, true, dnnl_f32);
  }

  /** {@code code - zeroPoint}, whose sums are exact; made in the given place. */
  static RealSource centered(Workshop workshop, Feature feature, Place place) {
    return of(workshop, feature, place, false, dnnl_f32);
  }

  /** {@code code - zeroPoint} in bfloat16, which holds 8 bits exactly; made in the given place. */
  static RealSource narrow(Workshop workshop, Feature feature, Place place) {
    return of(workshop, feature, place, false, dnnl_bf16);
  }

  private static RealSource of(
      Workshop workshop, Feature feature, Place place, boolean scales, int type) {
    boolean asTheyAre = !feature.isCodes() || (!scales && !feature.inBytes());
    if (asTheyAre) {
      return new RealSource(feature.data(workshop), null);
    }
    Tensor real = workshop.tensor(feature.extent(), type, place);
    return new RealSource(real, copy(workshop, feature, real, scales));
  }

  /** What writes {@code scale * (code - zeroPoint)}, or real data, to a tensor of any layout. */
  static Operation copy(Workshop workshop, Feature feature, Tensor to) {
    return copy(workshop, feature, to, true);
  }

  private static Operation copy(Workshop workshop, Feature feature, Tensor to, boolean scales) {
    Attributes attributes = new Attributes(workshop);
    feature
        .quantizer()
        .filter(by -> scales)
        .ifPresent(by -> attributes.scale(DNNL_ARG_FROM, 0, by.scale));
    feature
        .quantizer()
        .filter(Quantizer::shifts)
        .ifPresent(by -> attributes.zeroPoint(DNNL_ARG_FROM, by.zeroPoint));
    return workshop.reorder("copy of values", feature.data(workshop), to, attributes);
  }

  /** Brings the tensor up to date. */
  void run() {
    if (dequantize != null) {
      dequantize.run();
    }
  }
}
