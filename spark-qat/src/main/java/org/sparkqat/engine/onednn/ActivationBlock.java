package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;

/** An activation that follows no computing layer, in real numbers. */
final class ActivationBlock implements StagedBlock {

  private final Workshop workshop;
  private final Feature src;
  private final Stage stage;
  private final Scratch scratch;
  private final boolean firstReader;
  private final RealSource source;
  private final Operation copy;
  private @Nullable Operation backward;
  private @Nullable GradientSink sink;

  ActivationBlock(
      Workshop workshop, Feature src, Stage stage, Scratch scratch, boolean firstReader) {
    this.workshop = workshop;
    this.src = src;
    this.stage = stage;
    this.scratch = scratch;
    this.firstReader = firstReader;
    if (src.isCodes()) {
      stage.neverNan();
    }
    this.source = RealSource.scaled(workshop, src, scratch.source);
    this.copy = workshop.reorder("copy of values", source.tensor, stage.values());
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public void prepareTraining() {
    stage.prepareTraining();
    if (backward == null && src.wantsGradient()) {
      sink = new GradientSink(workshop, src, firstReader, scratch.diffSource);
      Tensor diff = stage.diffValues();
      backward = workshop.reorder("copy of a gradient", diff, sink.target);
    }
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    source.run();
    copy.run();
    stage.forward(trains, src.isBounded(), result);
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    if (backward != null && sink != null) {
      backward.run();
      sink.done();
    }
  }
}
