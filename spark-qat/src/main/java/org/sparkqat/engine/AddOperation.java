package org.sparkqat.engine;

import org.sparkqat.quantization.Ranges;

/**
 * {@code dst = activation(a + b)} of two tensors of one shape: in real numbers, or of codes, when
 * nothing but the outputs is wanted, by {@link TermRatios}.
 */
final class AddOperation implements Operation {

  private final Activations term;
  private final Activations other;
  private final Activations dst;
  private final OutputStage stage;

  /**
   * The sum of two tensors.
   *
   * @param term the one of the later block
   */
  AddOperation(Activations term, Activations other, Activations dst, OutputStage stage) {
    this.term = term;
    this.other = other;
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
    if (context.serves() && term.isCodes && other.isCodes && stage.codeScale().isPresent()) {
      float scale = (float) stage.codeScale().getAsDouble();
      TermRatios ratios = TermRatios.of(term.scale, other.scale, scale);
      if (!ratios.overflow()) {
        serve(ratios, context);
        return;
      }
    }
    float termScale = term.scale;
    float otherScale = other.scale;
    float[] a = term.data;
    float[] b = other.data;
    float[] sum = dst.data;
    for (int i = 0; i < sum.length; i++) {
      sum[i] = termScale * a[i] + otherScale * b[i];
    }
    stage.forward(dst, context.pass(), context.result());
  }

  private void serve(TermRatios ratios, MicroBatchContext context) {
    float toOther = ratios.toOther();
    float toSum = ratios.toSum();
    float[] a = term.data;
    float[] b = other.data;
    float[] sum = dst.data;
    for (int i = 0; i < sum.length; i++) {
      sum[i] = (a[i] * toOther + b[i]) * toSum;
    }
    stage.finish(dst, context);
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    if (term.wantsGradient()) {
      term.addGradient(dst.diff);
    }
    if (other.wantsGradient()) {
      other.addGradient(dst.diff);
    }
  }
}
