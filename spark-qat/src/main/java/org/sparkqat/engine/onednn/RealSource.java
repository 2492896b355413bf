package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
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
    return of(workshop, feature, place, true);
  }

  /** {@code code - zeroPoint}, whose sums are exact; made in the given place. */
  static RealSource centered(Workshop workshop, Feature feature, Place place) {
    return of(workshop, feature, place, false);
  }

  private static RealSource of(Workshop workshop, Feature feature, Place place, boolean scales) {
    Tensor data = feature.data(workshop);
    if (feature.quantizer().isEmpty()) {
      return new RealSource(data, null);
    }
    Quantizer quantizer = feature.quantizer().get();
    Attributes attributes = new Attributes(workshop);
    if (scales) {
      attributes.scale(DNNL_ARG_FROM, 0, quantizer.scale);
    }
    if (quantizer.shifts()) {
      attributes.zeroPoint(DNNL_ARG_FROM, quantizer.zeroPoint);
    }
    Tensor real = workshop.tensor(feature.extent(), dnnl_f32, place);
    return new RealSource(real, workshop.reorder("dequantize", data, real, attributes));
  }

  /** Brings the tensor up to date. */
  void run() {
    if (dequantize != null) {
      dequantize.run();
    }
  }
}
