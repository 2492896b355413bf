package org.sparkqat.training;

/**
 * The softmax of one example's outputs, in double.
 *
 * @param outputs all outputs; the row begins at {@code offset}
 * @param temperature what divides the outputs
 * @param max largest output of the row
 * @param logSum logarithm of {@code sum_k exp((x[k] - max) / temperature)}
 */
record SoftmaxRow(
    float[] outputs, int offset, int classes, double temperature, double max, double logSum) {

  /** Computes the row's probabilities into the given array, whose length is the row's. */
  static SoftmaxRow of(float[] outputs, int offset, double[] probabilities) {
    return of(outputs, offset, 1, probabilities);
  }

  /** As above, of the outputs divided by a temperature. */
  static SoftmaxRow of(float[] outputs, int offset, double temperature, double[] probabilities) {
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < probabilities.length; k++) {
      max = Math.max(max, outputs[offset + k]);
    }
    double sum = 0;
    for (int k = 0; k < probabilities.length; k++) {
      probabilities[k] = StrictMath.exp((outputs[offset + k] - max) / temperature);
      sum += probabilities[k];
    }
    for (int k = 0; k < probabilities.length; k++) {
      probabilities[k] /= sum;
    }
    return new SoftmaxRow(
        outputs, offset, probabilities.length, temperature, max, StrictMath.log(sum));
  }

  /** Cross-entropy with the smoothed label. */
  double loss(int label, double smoothing) {
    double loss = -logProbability(label);
    if (smoothing == 0) {
      return loss;
    }
    double all = 0;
    for (int k = 0; k < classes; k++) {
      all -= logProbability(k);
    }
    return (1 - smoothing) * loss + smoothing / classes * all;
  }

  double logProbability(int k) {
    return (outputs[offset + k] - max) / temperature - logSum;
  }
}
