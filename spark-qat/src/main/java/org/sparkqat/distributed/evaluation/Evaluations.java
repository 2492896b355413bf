package org.sparkqat.distributed.evaluation;

import java.util.Map;
import java.util.Optional;
import org.sparkqat.training.Gate.Figures;

/**
 * What a network reaches on the test data, and on the validation data where there are such, on
 * which decisions are taken then.
 */
public record Evaluations(Evaluation test, Optional<Evaluation> validation) {

  /** The data that decisions are taken on. */
  public EvaluationSet decidingSet() {
    return validation.isPresent() ? EvaluationSet.VALIDATION : EvaluationSet.TEST;
  }

  /** What decisions look at. */
  public Evaluation deciding() {
    return validation.orElse(test);
  }

  /** Adds the figures to the results of a job, under the name of a form or a stage. */
  public void putInto(Map<String, Double> results, String name) {
    put(results, name, EvaluationSet.TEST, test);
    validation.ifPresent(each -> put(results, name, EvaluationSet.VALIDATION, each));
  }

  private static void put(
      Map<String, Double> results, String name, EvaluationSet set, Evaluation found) {
    results.put(accuracy(name, set), found.accuracy());
    results.put(loss(name, set), found.loss());
  }

  /** Figures that were added under a name; no numbers when there are none. */
  public static Figures in(Map<String, Double> results, String name, EvaluationSet set) {
    return new Figures(
        results.getOrDefault(accuracy(name, set), Double.NaN),
        results.getOrDefault(loss(name, set), Double.NaN));
  }

  private static String accuracy(String name, EvaluationSet set) {
    return name + infix(set) + "Accuracy";
  }

  private static String loss(String name, EvaluationSet set) {
    return name + infix(set) + "Loss";
  }

  private static String infix(EvaluationSet set) {
    return set == EvaluationSet.TEST ? "" : "Validation";
  }
}
