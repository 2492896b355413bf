package org.sparkqat.distributed.evaluation;

import java.util.Locale;

/** The data of a job that its networks are evaluated on. */
public enum EvaluationSet {
  /** What accuracies are reported of. */
  TEST,
  /** What decisions are taken on, where there is such. */
  VALIDATION;

  /** In lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
