package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.NormalizationParameters;
import org.sparkqat.quantization.Ranges;

/**
 * Batch normalization that follows no weighted layer, of a block's input in real numbers, with the
 * statistics of the micro-batch. Backward makes the real numbers again from the codes.
 */
final class NormalizationBlock implements StagedBlock {

  private final Workshop workshop;
  private final NormalizationParameters parameters;
  private final Feature src;
  private final Stage stage;
  private final Scratch scratch;
  private final boolean firstReader;
  private final RealSource source;
  private final Normalizer normalizer;
  private final float[] noShifts;
  private boolean trains;
  private @Nullable GradientSink sink;

  NormalizationBlock(
      Workshop workshop,
      NormalizationParameters parameters,
      Feature src,
      Stage stage,
      Scratch scratch,
      boolean firstReader) {
    this.workshop = workshop;
    this.parameters = parameters;
    this.src = src;
    this.stage = stage;
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.source = RealSource.scaled(workshop, src, scratch.source);
    this.normalizer =
        new Normalizer(workshop, src.extent(), parameters, source.tensor, stage.values());
    this.noShifts = new float[parameters.gamma().length];
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
    Tensor diffSrc;
    if (src.wantsGradient()) {
      sink = new GradientSink(workshop, src, firstReader, scratch.diffSource);
      diffSrc = sink.target;
    } else {
      diffSrc = workshop.tensor(src.extent(), dnnl_f32, scratch.diffSource);
    }
    normalizer.prepareTraining(stage.diffValues(), diffSrc);
  }

  @Override
  public void load(float[] newParameters, float[] statistics, Ranges ranges) {
    parameters.load(newParameters, statistics);
    normalizer.load();
    stage.load(ranges);
  }

  @Override
  public void forward(boolean training, @Nullable MicroBatchResult result) {
    source.run();
    normalizer.forward(noShifts, result);
    stage.forward(training, result);
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    source.run();
    normalizer.backward(result.gradient());
    if (sink != null) {
      sink.done();
    }
  }
}
