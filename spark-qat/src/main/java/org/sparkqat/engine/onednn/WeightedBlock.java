package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.FoldedGradients;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.NormalizationParameters;
import org.sparkqat.quantization.Ranges;

/**
 * Convolution or fully connected layer with folded batch normalization, activation and output
 * quantizer.
 *
 * <p>With batch statistics: {@code z = acc * s_x * s_w[o] / factor[o]} is normalized, where {@code
 * factor} is what folding multiplied the weights by, so that the quantized weight sees the
 * long-term scale while normalization uses the batch (Krishnamoorthi 2018, arXiv 1806.08342).
 * Otherwise {@code z = (acc + bias_q) * s_x * s_w[o]}. The factor is a constant for the gradient
 * while it is undone again.
 *
 * <p>Backward computes z again where that is an operation on bytes: it is cheaper than keeping it.
 */
final class WeightedBlock implements StagedBlock {

  private final Workshop workshop;
  private final ConvolutionProblem problem;
  private final Feature src;
  private final Feature dst;
  private final Stage stage;
  private final FoldedWeights folded;
  private final FoldedGradients gradients;
  private final Scratch scratch;
  private final boolean firstReader;
  private final GradientPrecision precision;
  private final Tensor linear;
  private final Products products;
  private final LinearMap compute;
  private final @Nullable Normalizer normalizer;
  private final boolean recomputes;
  private final float[] units;
  private final float[] biases;
  private final float[] biasCodes;
  private final float[] diffBiases;
  private final float[] realWeights;
  private final float[] diffWeights;
  private @Nullable FusedSum sum;
  private @Nullable LinearMap serving;
  private @Nullable LinearBackward backward;
  private float[] parameters = {};
  private boolean finite;

  WeightedBlock(
      Workshop workshop,
      ConvolutionProblem problem,
      Products products,
      Feature src,
      Stage stage,
      FoldedWeights folded,
      Scratch scratch,
      boolean firstReader,
      GradientPrecision precision) {
    this.workshop = workshop;
    this.problem = problem;
    this.products = products;
    this.src = src;
    this.dst = stage.output();
    this.stage = stage;
    this.folded = folded;
    this.gradients = new FoldedGradients(folded);
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.precision = precision;
    boolean normalizes = folded.usesBatch();
    this.recomputes = normalizes && products == Products.INTEGERS;
    if (products.multipliesCodes()) {
      stage.neverNan();
    }
    this.linear = normalizes ? normalizerInput() : stage.values();
    this.compute = products.linear(workshop, problem, src, linear, !normalizes, scratch);
    this.normalizer = normalizes ? folded.normalization().map(this::normalizer).orElse(null) : null;
    this.units = new float[problem.shape().outputs()];
    this.biases = new float[units.length];
    this.biasCodes = new float[units.length];
    this.diffBiases = new float[units.length];
    this.realWeights = new float[folded.weight().size()];
    this.diffWeights = new float[realWeights.length];
  }

  private Tensor normalizerInput() {
    return workshop.tensor(
        dst.extent(), dnnl_f32, recomputes ? scratch.accumulators : workshop.ownPlace());
  }

  private Normalizer normalizer(NormalizationParameters by) {
    return new Normalizer(workshop, dst.extent(), by, linear, stage.values());
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public void prepareServing() {
    if (serving == null && serves()) {
      serving =
          sum == null
              ? products.serving(workshop, problem, src, dst, scratch)
              : new Serving(workshop, problem, src, dst, sum);
    }
  }

  /** Makes evaluation go on with a residual sum, of which nobody else reads this block's output. */
  void goOnWith(FusedSum newSum) {
    sum = newSum;
  }

  private boolean serves() {
    return products.multipliesCodes() && folded.areIntegers() && !folded.usesBatch();
  }

  /** True when evaluation is one operation on integers, with which others can go on. */
  boolean servesIntegers() {
    return serves() && products == Products.INTEGERS;
  }

  @Override
  public void prepareTraining() {
    if (backward != null) {
      return;
    }
    stage.prepareTraining();
    Tensor diffLinear =
        normalizer != null
            ? workshop.tensor(dst.extent(), dnnl_f32, scratch.diffAccumulators)
            : stage.diffValues();
    if (normalizer != null) {
      normalizer.prepareTraining(stage.diffValues(), diffLinear);
    }
    GradientSink sink =
        src.wantsGradient()
            ? new GradientSink(workshop, src, firstReader, scratch.diffSource)
            : null;
    backward = new LinearBackward(workshop, problem, src, diffLinear, sink, scratch, precision);
  }

  @Override
  public void load(float[] newParameters, float[] statistics, Ranges ranges) {
    parameters = newParameters;
    folded.load(parameters, statistics, ranges);
    stage.load(ranges);
    float scale = src.scale();
    for (int o = 0; o < units.length; o++) {
      float unit = folded.unit(o, scale);
      units[o] = folded.usesBatch() ? unit / folded.factor(o) : unit;
      biases[o] = folded.roundedBias(o, unit, src.isCodes() && src.gain().isEmpty());
    }
    if (!products.multipliesCodes() || (backward != null && backward.wantsWeights())) {
      folded.realWeights(realWeights);
    }
    float[] codes = folded.valuesInForce();
    compute.load(products.multipliesCodes() ? codes : realWeights, units, biases);
    finite = Finite.all(units) && Finite.all(biases) && (normalizer == null || normalizer.load());
    if (serving != null) {
      loadServing(serving, codes);
    }
    if (backward != null && backward.wantsWeights()) {
      backward.load(realWeights);
    }
  }

  @Override
  public void reveal() {
    if (sum != null && serving != null && !sum.overflows()) {
      try (Ownership own = new Ownership()) {
        Serving alone = new Serving(workshop.with(own), problem, src, dst);
        loadServing(alone, folded.valuesInForce());
        alone.run();
      }
    }
  }

  private void loadServing(LinearMap by, float[] codes) {
    for (int o = 0; o < biasCodes.length; o++) {
      biasCodes[o] = folded.biasCode(o, units[o]);
    }
    by.load(codes, units, biasCodes);
  }

  @Override
  public void serve() {
    if (serving == null || (sum != null && sum.overflows())) {
      forward(false, null);
    } else {
      serving.run();
      stage.activate();
    }
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    compute.run();
    boolean normalized = normalizer == null || normalizer.forward(folded.biasesInForce(), result);
    stage.forward(trains, finite && normalized, result);
  }

  @Override
  public long keptForBackwardBytes() {
    return stage.keptForBackwardBytes() + (normalizer != null && !recomputes ? linear.bytes() : 0);
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (backward == null) {
      throw new IllegalStateException("Cannot run backward: training has not been prepared");
    }
    stage.backward(result);
    if (recomputes) {
      compute.run();
    }
    if (normalizer != null) {
      normalizer.backward(result.gradient());
    }
    backward.run(diffWeights, diffBiases);
    gradients.add(diffWeights, diffBiases, parameters, result);
  }
}
