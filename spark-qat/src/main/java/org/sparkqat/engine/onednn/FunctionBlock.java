package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.ActivationFunction;

/** An activation function whose values are real: codes are looked up, real numbers computed. */
final class FunctionBlock implements StagedBlock {

  /** The function at each value of the input, and the gradient through it. */
  interface Pass {

    void forward();

    void prepareTraining(Tensor diffDst, Tensor diffSrc);

    void backward();
  }

  private final Workshop workshop;
  private final Feature src;
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
      Stage stage,
      Scratch scratch,
      boolean firstReader) {
    this.workshop = workshop;
    this.src = src;
    this.stage = stage;
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.pass =
        src.isCodes()
            ? new LookupPass(function, src, stage.values())
            : new ElementwisePass(workshop, function, src.data(workshop), stage.values());
  }

  @Override
  public Stage stage() {
    return stage;
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
  public void forward(boolean training, @Nullable MicroBatchResult result) {
    pass.forward();
    stage.forward(training, result);
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
