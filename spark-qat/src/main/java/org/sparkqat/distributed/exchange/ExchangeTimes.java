package org.sparkqat.distributed.exchange;

/**
 * Where the time of one exchange went, as far as its two ends know it, in nanoseconds.
 *
 * @param meanCompute how long a worker computed, on average
 * @param slowestCompute how long the slowest worker computed
 * @param merge how long the driver merged results
 */
public record ExchangeTimes(long meanCompute, long slowestCompute, long merge) {

  public static final ExchangeTimes NONE = new ExchangeTimes(0, 0, 0);

  /** Adds up the times of one exchange; not for several threads at once. */
  public static final class Sum {

    private long compute;
    private long slowest;
    private long workers;
    private long merge;

    /** A worker's result, which it computed for so long, was merged for so long. */
    public void add(long computeNanos, long mergeNanos) {
      compute += computeNanos;
      slowest = Math.max(slowest, computeNanos);
      workers++;
      merge += mergeNanos;
    }

    public ExchangeTimes times() {
      return workers == 0 ? NONE : new ExchangeTimes(compute / workers, slowest, merge);
    }
  }
}
