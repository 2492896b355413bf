package org.sparkqat.engine;

import org.sparkqat.quantization.Ranges;

/**
 * Scales each channel: {@code dst[n,c,s] = src[n,c,s] * gate[n,c]}. A product of codes is exact;
 * one multiplication makes it real.
 */
final class MultiplyOperation implements Operation {

  private final Activations src;
  private final Activations gate;
  private final Activations dst;
  private final OutputStage stage;
  private final int spatial;
  private final Sums sums = new Sums();
  private float[] diffGate = {};

  MultiplyOperation(Activations src, Activations gate, Activations dst, OutputStage stage) {
    this.src = src;
    this.gate = gate;
    this.dst = dst;
    this.stage = stage;
    this.spatial = dst.data.length / gate.data.length;
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    stage.load(ranges);
  }

  @Override
  public void forward(MicroBatchContext context) {
    float unit = src.scale * gate.scale;
    for (int run = 0; run < gate.data.length; run++) {
      scale(run * spatial, gate.data[run], unit);
    }
    stage.forward(dst, context.pass(), context.result());
  }

  private void scale(int from, float by, float unit) {
    float[] x = src.data;
    float[] product = dst.data;
    for (int i = from; i < from + spatial; i++) {
      product[i] = x[i] * by * unit;
    }
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    if (gate.wantsGradient()) {
      backwardGate();
    }
    if (src.wantsGradient()) {
      backwardSrc();
    }
  }

  private void backwardGate() {
    if (diffGate.length == 0) {
      diffGate = new float[gate.data.length];
    }
    for (int run = 0; run < diffGate.length; run++) {
      sums.clear();
      sums.add(dst.diff, src.data, run * spatial, (run + 1) * spatial);
      diffGate[run] = (float) (sums.dot * src.scale);
    }
    gate.addGradient(diffGate);
  }

  private void backwardSrc() {
    float[] diff = dst.diff;
    for (int run = 0; run < gate.data.length; run++) {
      float by = gate.scale * gate.data[run];
      for (int i = run * spatial; i < (run + 1) * spatial; i++) {
        diff[i] *= by;
      }
    }
    src.addGradient(diff);
  }
}
