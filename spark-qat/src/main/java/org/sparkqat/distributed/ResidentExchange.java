package org.sparkqat.distributed;

import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Workers that stay: one Spark job runs from the first step after a {@link #release} to the next
 * one, and its tasks exchange orders and results with the driver over Spark's own network.
 *
 * <p>A task that fails is re-run by Spark while the others wait. When an executor is lost, another
 * job computes the step in flight again: with as many workers where the executor comes back in
 * time, else with fewer; not one bit depends on it. Until it is back, the others prepare what it
 * took with it.
 */
final class ResidentExchange implements Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentExchange.class);

  private static final long TICK_MILLIS = 200;

  /** A step is late when it takes so many times longer than the one before. */
  private static final int LATE = 3;

  private final JavaSparkContext context;
  private final ShardGroups groups;
  private final WorkerSpecification worker;
  private final Broadcast<byte[]> specification;
  private final ExchangeSettings settings;
  private final ResultShape shape;
  private final WorkerCount count;
  private final Patience patience;
  private final ExecutorLosses losses;
  private @Nullable Endpoint endpoint;
  private @Nullable ResidentJob job;
  private boolean started;
  private boolean proven;
  private long lastSeconds;

  /**
   * An exchange over a data set.
   *
   * @param groups the shards; grouped anew when the number of slots changes
   * @param count of workers, for each job
   */
  ResidentExchange(
      JavaSparkContext context,
      ShardGroups groups,
      WorkerSpecification worker,
      WorkerCount count,
      Broadcast<byte[]> specification,
      ExchangeSettings settings,
      Patience patience) {
    this.context = context;
    this.groups = groups;
    this.worker = worker;
    this.specification = specification;
    this.settings = settings;
    this.shape = ResultShape.of(worker);
    this.count = count;
    this.patience = patience;
    this.losses = ExecutorLosses.of(context.sc());
  }

  @Override
  public StepResult step(StepOrder order) {
    try {
      return await(order, job == null ? start(order) : job);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Cannot complete step %d: the driver was interrupted".formatted(order.step()), e);
    }
  }

  private StepResult await(StepOrder order, ResidentJob first) throws InterruptedException {
    ResidentJob current = first;
    current.protocol().begin(order);
    long began = System.nanoTime();
    long report = Math.max(patience.report(), LATE * lastSeconds);
    while (!current.protocol().awaitStep(TICK_MILLIS)) {
      if (current.protocol().lacksResiduals()) {
        throw new FeedbackLostException(order.step());
      }
      long timeout = settings.stepTimeout().toSeconds();
      String lost = current.protocol().workersOn(losses::contains);
      if (!lost.isEmpty()) {
        current = recover(order, current, lost);
      }
      // Tasks that start again may have to read their data again, which takes what it takes.
      current.requireStarted(current == first ? Math.min(patience.start(), timeout) : timeout);
      if (current.isOver()) {
        current = replace(order, current);
      }
      if (current.protocol().isBlocked()) {
        LOG.warn("A worker runs twice and another one is missing");
        current = restart(order, current);
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
      if (seconds >= timeout) {
        throw overdue(order, current);
      }
      if (seconds >= report) {
        report = seconds + patience.report();
        String missing = current.protocol().missing();
        LOG.warn("Waiting for step {} since {} s: {}", order.step(), seconds, missing);
        if (current.lacksWorkers() && count.isTooMany(groups.workers())) {
          LOG.warn("{} workers cannot run at once any more", groups.workers());
          current = restart(order, current);
        }
      }
    }
    current.stepDone();
    proven = true;
    lastSeconds = current.protocol().secondsOfStep();
    return current.protocol().result();
  }

  private IllegalStateException overdue(StepOrder order, ResidentJob current) {
    return new IllegalStateException(
        "Cannot complete step %d within %d s (raise cluster.step-timeout-seconds, or go on with --resume); missing: %s"
            .formatted(
                order.step(), settings.stepTimeout().toSeconds(), current.protocol().missing()));
  }

  /**
   * Another job for one that has lost an executor; meanwhile, the files of the shards are mended.
   */
  private ResidentJob recover(StepOrder order, ResidentJob current, String lost)
      throws InterruptedException {
    LOG.warn("Lost in step {}: {}", order.step(), lost);
    current.retire(patience.end());
    if (!count.isTooMany(1)) {
      groups.mend();
    }
    return restart(order, current);
  }

  /** Another job for one that has ended before the step was complete. */
  private ResidentJob replace(StepOrder order, ResidentJob ended) throws InterruptedException {
    if (!ended.deservesAnother(proven)) {
      throw ended.failure();
    }
    LOG.warn("The job of the resident workers has failed: {}", ended.cause().orElse(null));
    return restart(order, ended);
  }

  /** Lets another job compute the step in flight, with as many workers as there are slots now. */
  private ResidentJob restart(StepOrder order, ResidentJob current) throws InterruptedException {
    LOG.warn("Starting resident workers again, at step {}", order.step());
    current.cancel();
    job = null;
    ResidentJob next = start(order);
    next.protocol().begin(order);
    return next;
  }

  private ResidentJob start(StepOrder order) throws InterruptedException {
    int workers = count.next(started ? groups.workers() : 0);
    started = true;
    if (workers != groups.workers()) {
      groups.regroup(workers);
    }
    Endpoint at = endpoint == null ? listen() : endpoint;
    ResidentProtocol protocol =
        new ResidentProtocol(
            UUID.randomUUID().getMostSignificantBits(),
            workers,
            worker.shards(),
            shape,
            System::nanoTime);
    at.serve(protocol);
    ResidentTask.Job description =
        new ResidentTask.Job(
            protocol.run(),
            SparkInternals.driverHost(),
            at.port(),
            workers,
            worker.shards(),
            settings.stepTimeout().toSeconds(),
            specification);
    String text = "%d resident workers from step %d".formatted(workers, order.step());
    ResidentJob submitted = ResidentJob.submit(context, groups.rdd(), protocol, description, text);
    job = submitted;
    return submitted;
  }

  private Endpoint listen() {
    try {
      Endpoint listening = new Endpoint(settings.port());
      endpoint = listening;
      return listening;
    } catch (RuntimeException e) {
      throw new ExchangeUnavailableException(
          "Cannot start resident workers: the driver cannot listen: " + e.getMessage(), e);
    }
  }

  @Override
  public ExchangeTimes times() {
    return job == null ? ExchangeTimes.NONE : job.protocol().times();
  }

  @Override
  public void release() {
    ResidentJob current = job;
    job = null;
    if (current != null) {
      try {
        current.end(patience.end());
      } catch (InterruptedException e) {
        current.cancel();
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    losses.close();
    if (job != null) {
      job.cancel();
      job = null;
    }
    if (endpoint != null) {
      endpoint.close();
      endpoint = null;
    }
  }
}
