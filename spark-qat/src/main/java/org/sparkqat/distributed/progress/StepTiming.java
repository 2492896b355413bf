package org.sparkqat.distributed.progress;

import org.sparkqat.distributed.exchange.ExchangeTimes;

/**
 * Where the time of one step went, in nanoseconds. The parts add up to the step, but for what its
 * watchers do: checkpoints, metrics.
 *
 * @param compute forward and backward, mean of the workers
 * @param waiting for the slowest worker, beyond that mean
 * @param wire order and results on their way: encoding, network, Spark's scheduling
 * @param merge sums of the workers' results on the driver
 * @param update clipping, optimizer, ranges and statistics on the driver
 */
public record StepTiming(long compute, long waiting, long wire, long merge, long update) {

  public static final StepTiming NONE = new StepTiming(0, 0, 0, 0, 0);

  public StepTiming {
    if (compute < 0 || waiting < 0 || wire < 0 || merge < 0 || update < 0) {
      throw new IllegalArgumentException(
          "Invalid step timing: %d, %d, %d, %d, %d ns (must be at least 0)"
              .formatted(compute, waiting, wire, merge, update));
    }
  }

  /**
   * Splits a step. What a worker computed again after a loss may be longer than the step: parts
   * never are.
   *
   * @param exchange from the order to the merged result
   */
  public static StepTiming of(long exchange, ExchangeTimes times, long update) {
    long slowest = Math.min(times.slowestCompute(), exchange);
    long compute = Math.min(times.meanCompute(), slowest);
    long merge = Math.min(times.merge(), exchange - slowest);
    return new StepTiming(compute, slowest - compute, exchange - slowest - merge, merge, update);
  }

  /** The whole step. */
  public long total() {
    return compute + waiting + wire + merge + update;
  }
}
