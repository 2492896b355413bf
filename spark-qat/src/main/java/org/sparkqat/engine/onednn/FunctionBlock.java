package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.quantization.Ranges;

/** An activation function whose values are real: codes are looked up, real numbers computed. */
final class FunctionBlock implements CompiledBlock {

  /** The function at each value of the input, and the gradient through it. */
  interface Pass {

    void forward();

    void prepareTraining(Tensor diffDst, Tensor diffSrc);

    void backward();
  }

  private final Workshop workshop;
  private final Feature src;
  private final Feature dst;
  private final Stage stage;
  private final Scratch scratch;
  private final boolean firstReader;
  private final Pass pass;
  private @Nullable GradientSink sink;
  private boolean trains;

  FunctionBlock(
      Workshop workshop,
      ActivationFunction function,
      Feature src,
      Feature dst,
      Stage stage,
      Scratch scratch,
      boolean firstReader) {
    this.workshop = workshop;
    this.src = src;
    this.dst = dst;
    this.stage = stage;
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.pass =
        src.isCodes()
            ? new LookupPass(function, src, stage.values())
            : new ElementwisePass(workshop, function, src.data(workshop), stage.values());
  }

  @Override
  public Feature output() {
    return dst;
  }

  @Override
  public void prepareTraining() {
    if (trains) {
      return;
    }
    trains = true;
    stage.prepareTraining();
    if (src.wantsGradient()) {
      sink = new GradientSink(workshop, src, firstReader, scratch.diffSource);
      pass.prepareTraining(stage.diffValues(), sink.target);
    }
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    dst.quantizer().ifPresent(by -> by.load(ranges));
  }

  @Override
  public void forward(boolean training, @Nullable MicroBatchResult result) {
    pass.forward();
    stage.forward(training, result);
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    if (sink != null) {
      pass.backward();
      sink.done();
    }
  }
}
