package org.sparkqat.engine;

import java.util.Optional;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.Ranges;

/** Batch normalization or an activation that follows no weighted layer, in real numbers. */
final class PointwiseOperation implements Operation {

  private final Activations src;
  private final Activations dst;
  private final OutputStage stage;
  private final Optional<NormalizationParameters> normalization;
  private final BatchNormalizer normalizer;
  private final boolean usesBatch;
  private final int channels;

  PointwiseOperation(
      Block block,
      Network network,
      PlanSettings settings,
      Activations src,
      Activations dst,
      OutputStage stage) {
    this.src = src;
    this.dst = dst;
    this.stage = stage;
    this.channels = block.outputShape().channels();
    this.normalization =
        block.batchNormalization().map(node -> new NormalizationParameters(network, node));
    this.usesBatch = normalization.isPresent() && settings.normalization() == Normalization.BATCH;
    this.normalizer =
        new BatchNormalizer(
            settings.microBatch(),
            channels,
            block.outputShape().spatial(),
            normalization.map(n -> n.epsilon).orElse(1f));
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    normalization.ifPresent(n -> n.load(parameters, statistics));
    stage.load(ranges);
  }

  @Override
  public void forward(MicroBatchContext context) {
    for (int c = 0; c < channels; c++) {
      if (normalization.isEmpty()) {
        normalizer.affine(c, src.data, src.scale, 0f, dst.data);
      } else if (usesBatch) {
        normalize(c, normalization.get(), context);
      } else {
        NormalizationParameters n = normalization.get();
        float intercept = Folding.bias(n.beta[c], 0f, n.mean[c], n.factor[c]);
        normalizer.affine(c, src.data, src.scale * n.factor[c], intercept, dst.data);
      }
    }
    stage.forward(dst, context.pass(), context.result());
  }

  private void normalize(int c, NormalizationParameters n, MicroBatchContext context) {
    double[] sums = normalizer.forward(c, src.data, src.scale, n.gamma[c], n.beta[c], dst.data);
    MicroBatchResult result = context.result();
    if (result != null) {
      n.record(c, sums, normalizer.count(), src.scale, 0f, result);
    }
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    for (int c = 0; c < channels && normalization.isPresent(); c++) {
      NormalizationParameters n = normalization.get();
      double[] diff = usesBatch ? backwardBatch(c, n) : backwardRunning(c, n);
      result.gradient[n.gammaOffset + c] += (float) diff[0];
      result.gradient[n.betaOffset + c] += (float) diff[1];
    }
    if (src.wantsGradient()) {
      src.addGradient(dst.diff);
    }
  }

  private double[] backwardBatch(int c, NormalizationParameters n) {
    return normalizer.backward(c, src.data, src.scale, n.gamma[c], 1f, dst.diff);
  }

  private double[] backwardRunning(int c, NormalizationParameters n) {
    double[] sums = normalizer.sumsAndScale(c, src.data, n.factor[c], dst.diff);
    double dot = sums[1] * src.scale;
    return new double[] {(dot - n.mean[c] * sums[0]) * n.inverseDeviation(c), sums[0]};
  }
}
