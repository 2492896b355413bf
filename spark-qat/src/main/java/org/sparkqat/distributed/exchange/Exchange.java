package org.sparkqat.distributed.exchange;

import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;

/** How a step's order reaches the workers and their results come back. */
public interface Exchange extends AutoCloseable {

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
