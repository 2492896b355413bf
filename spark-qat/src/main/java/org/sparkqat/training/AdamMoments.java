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
   * Moves the parameters {@code from ... to - 1}.
   *
   * @param decay added to the gradient, times the parameter
   * @param shrink factor of the parameter before the step
   */
  void update(
      float[] p, float[] gradient, float[][] slots, int from, int to, float decay, float shrink) {
    float[] m = slots[0];
    float[] v = slots[1];
    for (int i = from; i < to; i++) {
      float g = gradient[i] + decay * p[i];
      m[i] += gain * (g - m[i]);
      v[i] = keep * v[i] + squareGain * g * g;
      float denominator = (float) Math.sqrt(v[i]) / rootCorrection + epsilon;
      p[i] = shrink * p[i] - stepSize * m[i] / denominator;
    }
  }
}
