package org.sparkqat.training;

/**
 * One step of Adam's two moments with its constants rounded to float32 once.
 *
 * @param gain weight of the gradient in the first moment, {@code 1 - beta1}
 * @param keep weight of the old second moment, {@code beta2}
 * @param squareGain weight of the squared gradient, {@code 1 - beta2}
 * @param stepSize {@code lr / (1 - beta1^t)}
 * @param rootCorrection {@code sqrt(1 - beta2^t)}
 */
record AdamMoments(
    float gain, float keep, float squareGain, float stepSize, float rootCorrection, float epsilon) {

  /**
   * Elements whose two loops find them in the first cache; C2 has no vectors for them in one loop.
   */
  private static final int BLOCK = 1 << 10;

  static void require(double beta1, double beta2, double epsilon, double weightDecay) {
    Limits.requireShare("optimizer beta1", beta1);
    Limits.requireShare("optimizer beta2", beta2);
    Limits.requirePositive("optimizer epsilon", epsilon);
    Limits.requireNotNegative("optimizer weight decay", weightDecay);
  }

  static AdamMoments of(double beta1, double beta2, double epsilon, double rate, long step) {
    // StrictMath: the bits of Math.pow may depend on the machine.
    double correction1 = 1 - StrictMath.pow(beta1, (double) step);
    double correction2 = 1 - StrictMath.pow(beta2, (double) step);
    return new AdamMoments(
        (float) (1 - beta1),
        (float) beta2,
        (float) (1 - beta2),
        (float) (rate / correction1),
        (float) Math.sqrt(correction2),
        (float) epsilon);
  }

  /**
   * Moves the parameters {@code first ... end - 1}.
   *
   * @param decay added to the gradient, times the parameter
   * @param shrink factor of the parameter before the step
   */
  void update(
      OptimizerArrays from,
      OptimizerArrays to,
      ScaledGradient gradient,
      int first,
      int end,
      float decay,
      float shrink) {
    int at = first;
    while (at < end) {
      int stop = Math.min(end - at, BLOCK) + at;
      follow(from, to, gradient, at, stop, decay);
      move(from, to, at, stop, shrink);
      at = stop;
    }
  }

  private void follow(
      OptimizerArrays from,
      OptimizerArrays to,
      ScaledGradient gradient,
      int first,
      int end,
      float decay) {
    float[] p = from.parameters();
    float[] m = from.slots()[0];
    float[] v = from.slots()[1];
    float[] nextM = to.slots()[0];
    float[] nextV = to.slots()[1];
    float[] g = gradient.values();
    float scale = gradient.first();
    float clip = gradient.second();
    for (int i = first; i < end; i++) {
      float decayed = g[i] * scale * clip + decay * p[i];
      nextM[i] = m[i] + gain * (decayed - m[i]);
      nextV[i] = keep * v[i] + squareGain * decayed * decayed;
    }
  }

  private void move(OptimizerArrays from, OptimizerArrays to, int first, int end, float shrink) {
    float[] p = from.parameters();
    float[] nextP = to.parameters();
    float[] m = to.slots()[0];
    float[] v = to.slots()[1];
    for (int i = first; i < end; i++) {
      float denominator = (float) Math.sqrt(v[i]) / rootCorrection + epsilon;
      nextP[i] = shrink * p[i] - stepSize * m[i] / denominator;
    }
  }
}
