package org.sparkqat.engine.onednn;

import java.util.Optional;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.Activation;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.ActivationRange;

/** Makes what blocks that compute new values end in. */
record StageMaker(PlanSettings settings, Scratch scratch) {

  /** The output: codes where they have one scale, else real. */
  Feature feature(
      Workshop workshop,
      Extent extent,
      Optional<QuantizationPoint> point,
      Activation activation,
      boolean wantsGradient) {
    Optional<Quantizer> quantizer =
        quantizing(point)
            .filter(at -> at.quantizer().hasOneScale())
            .map(at -> new Quantizer(workshop, at, activation));
    return Feature.create(workshop, extent, quantizer, wantsGradient);
  }

  /** The stage that puts out such a feature. */
  Stage stage(
      Workshop workshop,
      int block,
      Feature dst,
      Optional<QuantizationPoint> point,
      Activation activation) {
    return new Stage(
        workshop,
        block,
        dst,
        activation,
        point.filter(at -> settings.arithmetic() != Arithmetic.FLOAT),
        quantization(workshop, dst, point, activation),
        scratch);
  }

  private Optional<Quantization> quantization(
      Workshop workshop, Feature dst, Optional<QuantizationPoint> point, Activation activation) {
    if (dst.quantizer().isPresent()) {
      return Optional.of(
          new CodeQuantization(workshop, dst, dst.quantizer().get(), point, scratch));
    }
    return quantizing(point)
        .map(
            at ->
                new DynamicQuantization(
                    workshop,
                    dst,
                    new Quantizer(workshop, at, activation),
                    rows(at.quantizer().range()),
                    scratch));
  }

  private int rows(ActivationRange range) {
    return range == ActivationRange.DYNAMIC ? 1 : settings.microBatch();
  }

  private Optional<QuantizationPoint> quantizing(Optional<QuantizationPoint> point) {
    return point.filter(at -> settings.arithmetic() == Arithmetic.QUANTIZED);
  }
}
