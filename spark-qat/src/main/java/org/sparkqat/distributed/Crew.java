package org.sparkqat.distributed;

import org.sparkqat.distributed.evaluation.JobEvaluator;
import org.sparkqat.distributed.exchange.Exchange;

/**
 * Who computes the steps and the evaluations of networks with one quantization scheme.
 *
 * @param exchange the way to the workers
 */
record Crew(Steps steps, Exchange exchange, JobEvaluator evaluator) implements AutoCloseable {

  @Override
  public void close() {
    exchange.close();
  }
}
