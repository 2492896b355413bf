package org.sparkqat.distributed;

/** Who computes the steps and the evaluations of networks with one quantization scheme. */
record Crew(Exchange exchange, Evaluator evaluator) implements AutoCloseable {

  @Override
  public void close() {
    exchange.close();
  }
}
