package org.sparkqat.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.Block;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;

/**
 * Convolution or fully connected layer with folded batch normalization, activation and output
 * quantizer.
 *
 * <p>With codes {@code q_x}, {@code q_w} (less their zero points): {@code acc = sum q_x * q_w}.
 * With running statistics, or without batch normalization: {@code z = (acc + bias_q) * s_x *
 * s_w[o]}, {@code bias_q = roundHalfEven(bias / (s_x * s_w[o]))}. With batch statistics: {@code z}
 * is the normalized {@code acc * s_x * s_w[o] / factor[o]}, where {@code factor} is what folding
 * multiplied the weights by, so that the quantized weight sees the long-term scale while
 * normalization uses the batch (Krishnamoorthi 2018, arXiv 1806.08342). Without quantization the
 * same with scales 1 and a real bias. The factor is a constant for the gradient while it is undone
 * again.
 */
final class WeightedOperation implements Operation {

  private final Activations src;
  private final Activations dst;
  private final WeightedKernel kernel;
  private final OutputStage stage;
  private final FoldedWeights folded;
  private final FoldedGradients gradients;
  private final WeightCodes weights;
  private final Optional<NormalizationParameters> normalization;
  private final BatchNormalizer normalizer;
  private final boolean usesBatch;
  private final Parameter weight;
  private final float[] accumulators;
  private final float[] diffWeights;
  private final int outputs;
  private final int spatial;
  private float[] parameters = {};
  // Needed only where several blocks read one output.
  private float[] diffSrc = {};

  WeightedOperation(
      Block block,
      QuantizedGraph graph,
      PlanSettings settings,
      WeightedKernel kernel,
      Activations src,
      Activations dst) {
    this.src = src;
    this.dst = dst;
    this.kernel = kernel;
    this.outputs = block.outputShape().channels();
    this.spatial = block.outputShape().spatial();
    this.stage =
        new OutputStage(
            block.activation(), graph.outputs().get(block.index()), settings, outputs, spatial);
    this.folded = new FoldedWeights(block, graph, settings.arithmetic(), settings.normalization());
    this.gradients = new FoldedGradients(folded);
    this.weights = folded.codes;
    this.weight = folded.weight;
    this.normalization = folded.normalization;
    this.usesBatch = folded.usesBatch();
    float epsilon = normalization.map(n -> n.epsilon).orElse(1f);
    this.normalizer = new BatchNormalizer(settings.microBatch(), outputs, spatial, epsilon);
    this.accumulators = usesBatch ? new float[dst.data.length] : dst.data;
    this.diffWeights = new float[weight.size()];
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void load(float[] newParameters, float[] statistics, Ranges ranges) {
    parameters = newParameters;
    folded.load(parameters, statistics, ranges);
    kernel.weights(weights.codes, 0);
    stage.load(ranges);
  }

  @Override
  public void forward(MicroBatchContext context) {
    kernel.forward(src.data, accumulators);
    if (context.serves() && !usesBatch && folded.areIntegers() && src.isCodes) {
      serve(context);
    } else {
      forwardReal(context);
    }
  }

  /** As the exported model computes: integers up to the output's codes. */
  private void serve(MicroBatchContext context) {
    for (int o = 0; o < outputs; o++) {
      float unit = folded.unit(o, src.scale);
      int biasCode = folded.biasCode(o, unit);
      for (int from = o * spatial; from < dst.data.length; from += outputs * spatial) {
        stage.serve(dst.data, from, from + spatial, biasCode, unit);
      }
    }
    stage.finish(dst, context);
  }

  /** As training computes: real numbers before the activation. */
  private void forwardReal(MicroBatchContext context) {
    for (int o = 0; o < outputs; o++) {
      float unit = folded.unit(o, src.scale);
      if (usesBatch) {
        normalize(o, unit / weights.factors[o], context.result());
      } else {
        normalizer.affine(
            o, accumulators, unit, folded.roundedBias(o, unit, src.isCodes), dst.data);
      }
    }
    stage.forward(dst, context.pass(), context.result());
  }

  private void normalize(int o, float multiplier, @Nullable MicroBatchResult result) {
    NormalizationParameters n = normalization.orElseThrow();
    double[] sums =
        normalizer.forward(o, accumulators, multiplier, n.gamma[o], n.beta[o], dst.data);
    if (result != null) {
      n.record(o, sums, normalizer.count(), multiplier, folded.biases[o], result);
    }
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    for (int o = 0; o < outputs; o++) {
      if (usesBatch) {
        backwardNormalized(o, result.gradient);
      } else {
        backwardBias(o, result.gradient);
      }
    }
    backwardKernel();
    for (int o = 0; o < outputs; o++) {
      float multiplier = src.scale * weights.factors[o] / weights.scales[o];
      gradients.addWeightGradients(o, multiplier, diffWeights, result);
    }
    if (folded.folds() && !usesBatch) {
      backwardFactors(result.gradient);
    }
  }

  private void backwardNormalized(int o, float[] gradient) {
    NormalizationParameters n = normalization.orElseThrow();
    float multiplier = src.scale * weights.scales[o] / weights.factors[o];
    float toCodes = weights.scales[o] / weights.factors[o];
    double[] diff = normalizer.backward(o, accumulators, multiplier, n.gamma[o], toCodes, dst.diff);
    gradient[n.gammaOffset + o] += (float) diff[0];
    gradient[n.betaOffset + o] += (float) diff[1];
  }

  /** Gradient of the bias, folded or not; the gradient of the output becomes that of the codes. */
  private void backwardBias(int o, float[] gradient) {
    double[] sums = normalizer.sumsAndScale(o, dst.diff, weights.scales[o], dst.diff);
    gradients.addBiasGradient(o, (float) sums[0], parameters, gradient);
  }

  private void backwardKernel() {
    if (!src.wantsGradient()) {
      kernel.backward(src.data, dst.diff, null, diffWeights);
    } else if (src.isFirstGradient()) {
      kernel.backward(src.data, dst.diff, src.diff, diffWeights);
    } else {
      if (diffSrc.length == 0) {
        diffSrc = new float[src.diff.length];
      }
      kernel.backward(src.data, dst.diff, diffSrc, diffWeights);
      src.addGradient(diffSrc);
    }
  }

  private void backwardFactors(float[] gradient) {
    NormalizationParameters n = normalization.orElseThrow();
    for (int o = 0; o < outputs; o++) {
      double diff = weights.factorGradient(o, diffWeights, src.scale);
      gradient[n.gammaOffset + o] += (float) (diff * n.inverseDeviation(o));
    }
  }

  @Override
  public long keptForBackwardBytes() {
    long own = usesBatch ? (long) accumulators.length * Float.BYTES : 0;
    return dst.bytes() + own + stage.keptForBackwardBytes() + kernel.keptForBackwardBytes();
  }

  @Override
  public void close() {
    kernel.close();
  }
}
