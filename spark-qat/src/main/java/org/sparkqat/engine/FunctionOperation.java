package org.sparkqat.engine;

import java.util.Optional;
import org.sparkqat.quantization.Ranges;

/**
 * An activation function of each element. Codes are looked up in a table, which is what an integer
 * runtime does, and gives the bits that the function of the real values does.
 */
final class FunctionOperation implements Operation {

  private final Curve curve;
  private final Optional<CodeTable> table;
  private final Activations src;
  private final Activations dst;
  private final OutputStage stage;

  /**
   * An operation on the output of another.
   *
   * @param table for the codes that src may hold
   */
  FunctionOperation(
      Curve curve, Optional<CodeTable> table, Activations src, Activations dst, OutputStage stage) {
    this.curve = curve;
    this.table = table;
    this.src = src;
    this.dst = dst;
    this.stage = stage;
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    table.ifPresent(codes -> codes.load(ranges));
    stage.load(ranges);
  }

  @Override
  public void forward(MicroBatchContext context) {
    if (src.isCodes) {
      table.orElseThrow().values(src.data, dst.data);
    } else {
      for (int i = 0; i < dst.data.length; i++) {
        dst.data[i] = curve.value(src.scale * src.data[i]);
      }
    }
    stage.forward(dst, context.pass(), context.result());
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    if (!src.wantsGradient()) {
      return;
    }
    if (src.isCodes) {
      table.orElseThrow().multiplyBySlopes(src.data, dst.diff);
    } else {
      for (int i = 0; i < dst.diff.length; i++) {
        dst.diff[i] *= curve.slope(src.scale * src.data[i]);
      }
    }
    src.addGradient(dst.diff);
  }
}
