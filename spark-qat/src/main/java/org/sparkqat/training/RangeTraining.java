package org.sparkqat.training;

/**
 * How ranges move while training is quantized.
 *
 * @param learningRate of learned ranges, a factor of that of the weights, above 0, default 1
 * @param momentum of learned ranges, in [0, 1), default 0.9
 * @param decay of PACT's upper ends {@code a}, whose loss has {@code decay / 2 * a^2} more; at
 *     least 0, default 0.0002; other learned ranges have none
 * @param clipNorm largest Euclidean norm of the gradients of all learned ranges, at least 0; 0
 *     (default): any
 * @param freezeEpoch QAT epoch, from 0, from which no range moves; {@link #NEVER} (default): all
 *     epochs move them
 */
public record RangeTraining(
    double learningRate, double momentum, double decay, double clipNorm, int freezeEpoch) {

  public static final int NEVER = Integer.MAX_VALUE;

  public static final double DEFAULT_DECAY = 2e-4;

  public static final RangeTraining DEFAULT = new RangeTraining(1, 0.9, DEFAULT_DECAY, 0, NEVER);

  public RangeTraining {
    Limits.requirePositive("learning rate of ranges", learningRate);
    Limits.requireShare("momentum of ranges", momentum);
    Limits.requireNotNegative("decay of ranges", decay);
    Limits.requireNotNegative("clipping norm of ranges", clipNorm);
    if (freezeEpoch < 0) {
      throw Limits.invalid("range-freeze-epoch", freezeEpoch, "must be at least 0");
    }
  }
}
