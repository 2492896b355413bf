package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.Curve;
import org.sparkqat.network.ActivationFunction;

/** An activation function of codes, by tables of real values and of slopes. */
final class LookupPass implements FunctionBlock.Pass {

  private final CurveTable table;
  private final TableScan codes;
  private final Tensor dst;
  private @Nullable Tensor diffDst;
  private @Nullable Tensor diffSrc;

  LookupPass(ActivationFunction function, Feature src, Tensor dst) {
    Quantizer by = src.quantizer().orElseThrow();
    int size = src.extent().size();
    this.table = new CurveTable(Curve.of(function), by);
    this.codes =
        by.inBytes() ? new CodeScan(src.data(), size) : new WideCodeScan(src.data(), size, by);
    this.dst = dst;
  }

  @Override
  public void prepareTraining(Tensor from, Tensor to) {
    diffDst = from;
    diffSrc = to;
  }

  @Override
  public void forward() {
    table.update();
    codes.map(table.values, dst.place());
  }

  @Override
  public void backward() {
    if (diffDst != null && diffSrc != null) {
      codes.multiply(table.slopes, diffDst.place(), diffSrc.place());
    }
  }
}
