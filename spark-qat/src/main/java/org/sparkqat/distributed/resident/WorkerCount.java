package org.sparkqat.distributed.resident;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.exchange.ExchangeUnavailableException;

/** How many workers a job has: tasks that wait for each other must all be able to run at once. */
public final class WorkerCount {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerCount.class);

  private static final long TICK_MILLIS = 100;

  private final IntSupplier slots;
  private final int wanted;
  private final long patienceSeconds;
  private final long longestSeconds;
  private boolean told;

  /**
   * A count of workers.
   *
   * @param slots tasks that the cluster can run at once now
   * @param wanted by the user; empty: as many as there are slots
   * @param shards never more workers than these
   * @param patienceSeconds how long it waits for lost slots to come back: Spark starts a lost
   *     executor again within seconds
   * @param longestSeconds how long it waits for the first of them when all are lost
   */
  public WorkerCount(
      IntSupplier slots,
      OptionalInt wanted,
      int shards,
      long patienceSeconds,
      long longestSeconds) {
    this.slots = slots;
    this.wanted = Math.min(wanted.orElse(shards), shards);
    this.patienceSeconds = patienceSeconds;
    this.longestSeconds = longestSeconds;
    this.told = wanted.isEmpty();
  }

  /** True when so many tasks cannot run at once, as the cluster is now. */
  boolean isTooMany(int workers) {
    return workers > slots.getAsInt();
  }

  /**
   * Workers for the next job. Where there were more, it waits a little for lost slots to come back.
   *
   * @param before workers of the job before; 0: there was none
   */
  int next(int before) throws InterruptedException {
    await(Math.max(before, 1), patienceSeconds);
    if (before > 0 && isTooMany(1)) {
      LOG.warn("No executor is left: waiting for one, {} s at most", longestSeconds);
      await(1, longestSeconds);
    }
    int free = slots.getAsInt();
    if (free < 1) {
      throw noSlot(before);
    }
    int workers = Math.min(wanted, free);
    if (workers < wanted && !told) {
      told = true;
      LOG.warn(
          "{} resident workers instead of {}: the cluster can run no more at once",
          workers,
          wanted);
    }
    return workers;
  }

  private void await(int workers, long seconds) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (isTooMany(workers) && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
    }
  }

  private RuntimeException noSlot(int before) {
    return before == 0
        ? new ExchangeUnavailableException(
            "Cannot start resident workers: the cluster has no free slot")
        : new IllegalStateException(
            "Cannot go on: all executors are lost, and within %d s no other has come (go on with --resume when the cluster has some)"
                .formatted(longestSeconds));
  }
}
