package org.sparkqat.engine;

import org.sparkqat.quantization.Ranges;

/** {@code dst = activation(a + b)} of two tensors of one shape, in real numbers. */
final class AddOperation implements Operation {

  private final Activations left;
  private final Activations right;
  private final Activations dst;
  private final OutputStage stage;

  AddOperation(Activations left, Activations right, Activations dst, OutputStage stage) {
    this.left = left;
    this.right = right;
    this.dst = dst;
    this.stage = stage;
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
    float leftScale = left.scale;
    float rightScale = right.scale;
    float[] a = left.data;
    float[] b = right.data;
    float[] sum = dst.data;
    for (int i = 0; i < sum.length; i++) {
      sum[i] = leftScale * a[i] + rightScale * b[i];
    }
    stage.forward(dst, context.pass(), context.result());
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst);
    if (left.wantsGradient()) {
      left.addGradient(dst.diff);
    }
    if (right.wantsGradient()) {
      right.addGradient(dst.diff);
    }
  }
}
