package org.sparkqat.distributed;

/** How a step's order reaches the workers and their results come back. */
interface Exchange extends AutoCloseable {

  /** Lets all shards compute one step; the merged result of all shards. */
  StepResult step(StepOrder order);

  @Override
  void close();
}
