package org.sparkqat.distributed;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many workers a job has: tasks that wait for each other must all be able to run at once. */
final class WorkerCount {

  private static final Logger LOG = LoggerFactory.getLogger(WorkerCount.class);

  /** Spark starts a lost executor again within seconds. */
  private static final long PATIENCE_SECONDS = 15;

  private static final long TICK_MILLIS = 100;

  private final SparkContext context;
  private final int wanted;
  private boolean told;

  /**
   * A count of workers.
   *
   * @param wanted by the user; empty: as many as there are slots
   * @param shards never more workers than these
   */
  WorkerCount(SparkContext context, OptionalInt wanted, int shards) {
    this.context = context;
    this.wanted = Math.min(wanted.orElse(shards), shards);
  }

  /** True when so many tasks cannot run at once, as the cluster is now. */
  boolean isTooMany(int workers) {
    return workers > SparkInternals.slots(context);
  }

  /**
   * Workers for the next job. Where there were more, it waits a little for lost slots to come back.
   *
   * @param before workers of the job before; 0: there was none
   */
  int next(int before) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (isTooMany(Math.max(before, 1)) && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
    }
    int slots = SparkInternals.slots(context);
    if (slots < 1) {
      throw new ExchangeUnavailableException(
          "Cannot start resident workers: the cluster has no free slot");
    }
    int workers = Math.min(wanted, slots);
    if (workers < wanted && !told) {
      told = true;
      LOG.info("{} resident workers: the cluster can run {} tasks at once", workers, slots);
    }
    return workers;
  }
}
