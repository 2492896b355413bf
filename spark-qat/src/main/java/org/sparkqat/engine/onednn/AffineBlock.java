package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.NormalizationParameters;
import org.sparkqat.quantization.Ranges;

/**
 * Batch normalization that follows no weighted layer, with running statistics: {@code dst = src *
 * factor[c] + intercept[c]}.
 */
final class AffineBlock implements StagedBlock {

  private final Workshop workshop;
  private final NormalizationParameters parameters;
  private final Feature src;
  private final Stage stage;
  private final Scratch scratch;
  private final boolean firstReader;
  private final RealSource source;
  private final Numbers slopes;
  private final Numbers intercepts;
  private final Operation normalize;
  private final float[] perChannel;
  private @Nullable Backward backward;

  AffineBlock(
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
    this.source = RealSource.centered(workshop, src, scratch.source);
    this.perChannel = new float[parameters.gamma().length];
    this.slopes = new Numbers(workshop, perChannel.length);
    this.intercepts = new Numbers(workshop, perChannel.length);
    this.normalize =
        workshop.binary(
            "normalization",
            dnnl_binary_mul,
            source.tensor,
            slopes.channels,
            stage.values(),
            new Attributes(workshop).then(dnnl_binary_add, intercepts.channels));
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public void prepareTraining() {
    if (backward == null) {
      stage.prepareTraining();
      backward = new Backward();
    }
  }

  @Override
  public void load(float[] newParameters, float[] statistics, Ranges ranges) {
    parameters.load(newParameters, statistics);
    for (int c = 0; c < perChannel.length; c++) {
      perChannel[c] = parameters.intercept(c);
    }
    intercepts.set(perChannel);
    stage.load(ranges);
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    for (int c = 0; c < perChannel.length; c++) {
      perChannel[c] = src.realScale() * parameters.factor(c);
    }
    slopes.set(perChannel);
    source.run();
    normalize.run();
    stage.forward(trains, result);
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    if (backward != null) {
      backward.run(result.gradient());
    }
  }

  /** The gradients of gamma and beta from two sums a channel, and that of the input. */
  private final class Backward {

    private final RealSource values = RealSource.scaled(workshop, src, scratch.source);
    private final Numbers factors = new Numbers(workshop, perChannel.length);
    private final Operation multiply;
    private final ImageSums sums;
    private final ImageSums dots;
    private final double[] sum = new double[perChannel.length];
    private final double[] dot = new double[perChannel.length];
    private final @Nullable GradientSink sink;
    private final @Nullable Operation gradient;

    Backward() {
      Tensor products = workshop.tensor(src.extent(), dnnl_f32, scratch.values);
      Tensor diff = stage.diffValues();
      multiply = times(diff, values.tensor, products);
      sums = new ImageSums(workshop, src.extent(), diff, workshop.ownPlace());
      dots = new ImageSums(workshop, src.extent(), products, workshop.ownPlace());
      sink =
          src.wantsGradient()
              ? new GradientSink(workshop, src, firstReader, scratch.diffSource)
              : null;
      gradient = sink == null ? null : times(diff, factors.channels, sink.target);
    }

    private Operation times(Tensor diff, Tensor by, Tensor to) {
      return workshop.binary(
          "gradient of normalization", dnnl_binary_mul, diff, by, to, new Attributes(workshop));
    }

    void run(float[] gradients) {
      values.run();
      multiply.run();
      sums.addUp(sum);
      dots.addUp(dot);
      for (int c = 0; c < perChannel.length; c++) {
        parameters.addRunningGradients(c, sum[c], dot[c], gradients);
        perChannel[c] = parameters.factor(c);
      }
      if (gradient != null && sink != null) {
        factors.set(perChannel);
        gradient.run();
        sink.done();
      }
    }
  }
}
