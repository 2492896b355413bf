package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

/**
 * Normalizes the raw values {@code [N, C, H, W]} of a micro-batch and quantizes them, in their
 * order; what is put into the order of the feature are bytes.
 */
final class InputBlock {

  private final Feature dst;
  private final Stage stage;
  private final float[] offset;
  private final float[] factor;
  private final int spatial;
  private final float[] normalized;
  private final Tensor values;
  private final @Nullable Operation order;

  /**
   * The input of a network.
   *
   * @param packed what the stage puts out: the values of dst in the order of the raw values
   */
  InputBlock(
      Workshop workshop,
      Shape shape,
      InputNormalization normalization,
      Feature packed,
      Feature dst,
      Stage stage) {
    this.dst = dst;
    this.stage = stage;
    this.offset = normalization.offset();
    this.factor = normalization.factor();
    this.spatial = shape.spatial();
    this.normalized = new float[dst.extent().size()];
    this.values = stage.flatValues();
    this.order =
        packed.data() == dst.data()
            ? null
            : workshop.reorder("order", packed.ordered(workshop, dnnl_abcd), dst.data(workshop));
  }

  /** The feature that the raw values fill in their order; dst itself where that is its order. */
  static Feature packed(Workshop workshop, Shape shape, Feature dst) {
    boolean sameOrder = shape.rank() == 1 || shape.channels() == 1 || shape.spatial() == 1;
    return sameOrder
        ? dst
        : Feature.create(workshop, dst.extent(), dst.quantizer(), dst.wantsGradient());
  }

  Feature output() {
    return dst;
  }

  void prepareTraining() {
    stage.prepareInput();
  }

  void load(Ranges ranges) {
    stage.load(ranges);
  }

  void forward(float[] raw, boolean trains, @Nullable MicroBatchResult result) {
    for (int at = 0, channel = 0; at < normalized.length; at += spatial) {
      normalize(raw, at, offset[channel], factor[channel]);
      channel = channel + 1 == offset.length ? 0 : channel + 1;
    }
    values.put(normalized, 0, normalized.length);
    stage.forward(trains, result);
    if (order != null) {
      order.run();
    }
  }

  private void normalize(float[] raw, int from, float by, float times) {
    for (int i = from; i < from + spatial; i++) {
      normalized[i] = (raw[i] - by) * times;
    }
  }

  /** Makes all outputs of an example NaN that has one: neither codes nor maxima would keep it. */
  void spreadNan(float[] outputs, int examples) {
    int size = normalized.length / examples;
    int width = outputs.length / examples;
    for (int n = 0; n < examples; n++) {
      if (hasNan(n * size, (n + 1) * size)) {
        Arrays.fill(outputs, n * width, (n + 1) * width, Float.NaN);
      }
    }
  }

  private boolean hasNan(int from, int to) {
    boolean found = false;
    for (int i = from; i < to; i++) {
      found |= Float.isNaN(normalized[i]);
    }
    return found;
  }
}
