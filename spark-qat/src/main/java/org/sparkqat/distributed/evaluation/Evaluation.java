package org.sparkqat.distributed.evaluation;

import org.sparkqat.distributed.worker.EvaluationSums;

/**
 * Result of an evaluation.
 *
 * @param loss mean loss per example
 * @param accuracy share of correct examples in [0, 1]; the coefficient of determination R² for
 *     regression, at most 1
 */
public record Evaluation(double loss, double accuracy, long examples) {

  public static Evaluation of(EvaluationSums sums, int classes) {
    double loss = sums.loss() / sums.examples();
    double accuracy = classes > 0 ? (double) sums.correct() / sums.examples() : determination(sums);
    return new Evaluation(loss, accuracy, sums.examples());
  }

  private static double determination(EvaluationSums sums) {
    double variation = sums.squaredTarget() - sums.target() * sums.target() / sums.examples();
    return variation > 0 ? 1 - sums.squaredError() / variation : 0;
  }
}
