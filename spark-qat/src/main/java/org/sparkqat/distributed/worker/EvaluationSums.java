package org.sparkqat.distributed.worker;

import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.Targets;

/**
 * Sums over evaluated examples, from which loss and accuracy follow.
 *
 * @param correct examples whose largest output is that of their class; the first of equal ones wins
 * @param squaredError sum of squared errors of the first output (regression)
 * @param target sum of the targets (regression)
 * @param squaredTarget sum of the squared targets (regression)
 */
public record EvaluationSums(
    long examples,
    long correct,
    double loss,
    double squaredError,
    double target,
    double squaredTarget) {

  public static final EvaluationSums EMPTY = new EvaluationSums(0, 0, 0, 0, 0, 0);

  public static EvaluationSums of(
      float[] outputs, Targets targets, int examples, LossFunction loss) {
    double sum = loss.evaluate(outputs, targets, examples);
    return targets.classes() > 0
        ? new EvaluationSums(examples, correct(outputs, targets, examples), sum, 0, 0, 0)
        : regression(outputs, targets, examples, sum);
  }

  private static long correct(float[] outputs, Targets targets, int examples) {
    int classes = targets.classes();
    long correct = 0;
    for (int n = 0; n < examples; n++) {
      correct += largest(outputs, n * classes, classes) == targets.labels()[n] ? 1 : 0;
    }
    return correct;
  }

  /** The class with the largest output in the row that starts at {@code from}. */
  public static int largest(float[] outputs, int from, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      best = outputs[from + k] > outputs[from + best] ? k : best;
    }
    return best;
  }

  private static EvaluationSums regression(
      float[] outputs, Targets targets, int examples, double loss) {
    double error = 0;
    double target = 0;
    double squared = 0;
    for (int n = 0; n < examples; n++) {
      double value = targets.values()[n];
      double difference = outputs[n] - value;
      error += difference * difference;
      target += value;
      squared += value * value;
    }
    return new EvaluationSums(examples, 0, loss, error, target, squared);
  }

  /** Adds the sums of the examples that follow. */
  public EvaluationSums merge(EvaluationSums next) {
    return new EvaluationSums(
        examples + next.examples,
        correct + next.correct,
        loss + next.loss,
        squaredError + next.squaredError,
        target + next.target,
        squaredTarget + next.squaredTarget);
  }

  public void write(Wire wire) {
    wire.putLong(examples).putLong(correct).putDouble(loss);
    wire.putDouble(squaredError).putDouble(target).putDouble(squaredTarget);
  }

  public static EvaluationSums read(Wire wire) {
    return new EvaluationSums(
        wire.getLong(),
        wire.getLong(),
        wire.getDouble(),
        wire.getDouble(),
        wire.getDouble(),
        wire.getDouble());
  }
}
