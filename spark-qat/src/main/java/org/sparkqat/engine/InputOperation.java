package org.sparkqat.engine;

import org.sparkqat.network.Activation;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

/** Normalizes the raw values {@code [N, C, H, W]} of a micro-batch and quantizes them. */
final class InputOperation {

  private final float[] offset;
  private final float[] factor;
  private final int spatial;
  private final Activations dst;
  private final OutputStage stage;

  InputOperation(QuantizedGraph graph, InputNormalization normalization, PlanSettings settings) {
    Shape shape = graph.graph().network().inputShape();
    this.offset = normalization.offset();
    this.factor = normalization.factor();
    this.spatial = shape.spatial();
    this.dst = new Activations(settings.microBatch() * shape.size(), false);
    this.stage =
        new OutputStage(Activation.NONE, graph.input(), settings, shape.channels(), spatial);
  }

  Activations output() {
    return dst;
  }

  /** As {@link Operation#keptForBackwardBytes}. */
  long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  void load(Ranges ranges) {
    stage.load(ranges);
  }

  void forward(float[] raw, MicroBatchContext context) {
    for (int at = 0, channel = 0; at < dst.data.length; at += spatial) {
      normalize(raw, at, offset[channel], factor[channel]);
      channel = channel + 1 == offset.length ? 0 : channel + 1;
    }
    stage.forward(dst, context.pass(), context.result());
  }

  private void normalize(float[] raw, int from, float by, float times) {
    float[] data = dst.data;
    for (int i = from; i < from + spatial; i++) {
      data[i] = (raw[i] - by) * times;
    }
  }
}
