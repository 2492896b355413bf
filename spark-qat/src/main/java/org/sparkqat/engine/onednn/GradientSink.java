package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;

/**
 * Where a reader of a feature puts its gradient: into the feature's, when it is the first in the
 * backward pass, else aside, from where it is added.
 */
final class GradientSink {

  final Tensor target;
  private final @Nullable Operation add;

  GradientSink(Workshop workshop, Feature feature, boolean first, Place aside) {
    Tensor whole = feature.diff(workshop);
    if (first) {
      target = whole;
      add = null;
    } else {
      target = workshop.tensor(feature.extent(), dnnl_f32, aside);
      add =
          workshop.binary(
              "sum of gradients", dnnl_binary_add, whole, target, whole, new Attributes(workshop));
    }
  }

  /** After the gradient has been put to {@link #target}. */
  void done() {
    if (add != null) {
      add.run();
    }
  }
}
