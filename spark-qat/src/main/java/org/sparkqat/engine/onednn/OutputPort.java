package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.BlockOutput;
import org.sparkqat.tensor.Shape;

/** The way of a feature's values into Java arrays {@code [N, C, H, W]}, and of gradients back. */
final class OutputPort {

  private final Export values;
  private final Workshop workshop;
  private final Shape shape;
  private final Feature feature;
  private @Nullable Import gradient;

  OutputPort(Workshop workshop, Shape shape, Feature feature) {
    this.values = export(workshop, shape, feature, feature.data(workshop));
    this.workshop = workshop;
    this.shape = shape;
    this.feature = feature;
  }

  /** Makes the way of gradients. */
  void prepareTraining() {
    Tensor diff = feature.diff(workshop);
    gradient =
        shape.rank() > 1
            ? workshop.importTo(diff, feature.extent().dimensions())
            : new Import(diff, null, feature.extent().size());
  }

  private static Export export(Workshop workshop, Shape shape, Feature feature, Tensor data) {
    return shape.rank() > 1
        ? workshop.exportFrom(data, feature.extent().dimensions())
        : new Export(null, data, feature.extent().size());
  }

  void read(float[] into) {
    values.run(into);
  }

  void writeGradient(float[] from) {
    if (gradient == null) {
      throw new IllegalStateException("Cannot run backward: training has not been prepared");
    }
    gradient.run(from, 0);
  }

  /** A copy of a feature's values, the zero point subtracted from codes. */
  static BlockOutput copy(Workshop workshop, Shape shape, Feature feature) {
    Tensor data = feature.data(workshop);
    Tensor real = workshop.tensor(feature.extent(), dnnl_f32, workshop.ownPlace());
    workshop.reorder("copy", data, real).run();
    float[] copy = new float[feature.extent().size()];
    export(workshop, shape, feature, real).run(copy);
    int zeroPoint = feature.quantizer().map(Quantizer::zeroPoint).orElse(0);
    for (int i = 0; i < copy.length; i++) {
      copy[i] -= zeroPoint;
    }
    return new BlockOutput(copy, feature.realScale(), feature.isCodes());
  }
}
