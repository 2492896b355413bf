package org.sparkqat.distributed.evaluation;

import java.util.Optional;
import org.sparkqat.distributed.wire.StepOrder;

/**
 * Evaluates networks on all data that a job has for it.
 *
 * @param validation tells its workers the same as {@code test}
 */
public record JobEvaluator(Evaluator test, Optional<Evaluator> validation) {

  public Evaluations evaluate(StepOrder order) {
    return new Evaluations(
        test.evaluate(order), validation.map(evaluator -> evaluator.evaluate(order)));
  }

  /** Frees what the workers must know; to be called by its only owner. */
  public void close() {
    test.close();
  }
}
