package org.sparkqat.distributed;

/** How a step's order reaches the workers and their results come back. */
interface Exchange extends AutoCloseable {

  /** Lets all shards compute one step; the merged result of all shards. */
  StepResult step(StepOrder order);

  /** Where the time of the latest step went. */
  default ExchangeTimes times() {
    return ExchangeTimes.NONE;
  }

  /** Frees the cluster for other jobs until the next step. */
  default void release() {}

  @Override
  void close();
}
