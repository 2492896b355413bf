package org.sparkqat.engine;

/** Where the gradients of {@link FoldedWeights} go: to weights, scales, bias, gamma and beta. */
public final class FoldedGradients {

  private final FoldedWeights of;

  public FoldedGradients(FoldedWeights of) {
    this.of = of;
  }

  /**
   * Adds the gradients of weights, learned scales, bias, gamma and beta; with a batch only those of
   * weights and scales.
   *
   * @param diffWeights gradient of {@link FoldedWeights#realWeights}
   * @param diffBiases gradient of the real bias
   */
  public void add(
      float[] diffWeights, float[] diffBiases, float[] parameters, MicroBatchResult result) {
    float[] gradient = result.gradient;
    for (int o = 0; o < of.biases.length; o++) {
      float factor = of.usesBatch() ? 1f : of.codes.factors[o];
      addWeightGradients(o, factor, diffWeights, result);
      if (!of.usesBatch()) {
        addBiasGradient(o, diffBiases[o], parameters, gradient);
      }
    }
    if (of.folds() && !of.usesBatch()) {
      NormalizationParameters n = of.normalization.orElseThrow();
      for (int o = 0; o < of.biases.length; o++) {
        double diff = of.codes.productOfInside(o, diffWeights);
        gradient[n.gammaOffset + o] += (float) (diff * n.inverseDeviation(o));
      }
    }
  }

  /**
   * Adds the gradients of an output's weights and of their learned scale.
   *
   * @param multiplier turns diff into the gradient of the quantized weights before the factor
   */
  void addWeightGradients(int o, float multiplier, float[] diff, MicroBatchResult result) {
    of.codes.backward(o, multiplier, diff, result.gradient, of.weight.offset());
    if (of.learned.isPresent()) {
      of.codes.addRangeSums(
          o, multiplier, diff, result.rangeSums, FoldedWeights.slot(of.learned.get(), o));
    }
  }

  /** Adds the gradient of a channel's bias, to which batch normalization may have been folded. */
  void addBiasGradient(int o, float diff, float[] parameters, float[] gradient) {
    if (of.normalization.isEmpty()) {
      addOwnBiasGradient(o, diff, gradient);
      return;
    }
    NormalizationParameters n = of.normalization.get();
    float own = of.ownBias(o, parameters);
    gradient[n.betaOffset + o] += diff;
    gradient[n.gammaOffset + o] += diff * (own - n.mean[o]) * n.inverseDeviation(o);
    addOwnBiasGradient(o, diff * n.factor[o], gradient);
  }

  private void addOwnBiasGradient(int o, float diff, float[] gradient) {
    if (of.bias.isPresent()) {
      gradient[of.bias.get().offset() + o] += diff;
    }
  }
}
