package org.sparkqat.distributed.resident;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.exchange.Exchange;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.ExchangeTimes;
import org.sparkqat.distributed.exchange.ExchangeUnavailableException;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.exchange.StateLostException;
import org.sparkqat.distributed.protocol.CollectRound;
import org.sparkqat.distributed.protocol.Round;
import org.sparkqat.distributed.protocol.StepRound;
import org.sparkqat.distributed.slices.SliceUpdate;
import org.sparkqat.distributed.slices.SlicedRules;
import org.sparkqat.distributed.slices.SlicedState;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.tensor.Slices;

/**
 * Workers that stay: one Spark job runs from the first step after a {@link #release} to the next
 * one, and its tasks exchange orders and results with the driver over Spark's own network.
 *
 * <p>A task that fails is re-run by Spark while the others wait. When an executor is lost, another
 * job computes the step in flight again: with as many workers where the executor comes back in
 * time, else with fewer; not one bit depends on it. Until it is back, the others prepare what it
 * took with it. Workers that hold slices of the parameters cannot do so: there a loss is an
 * exception, after which the caller begins with a state that it has.
 */
public final class ResidentExchange implements Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentExchange.class);

  private static final long TICK_MILLIS = 200;
  private static final float[] NONE = {};

  /** A step is late when it takes so many times longer than the one before. */
  private static final int LATE = 3;

  private final ResidentJobs jobs;
  private final ExchangeSettings settings;
  private final Patience patience;
  private final ExecutorLosses losses;
  private @Nullable ResidentJob job;
  private boolean proven;
  private long lastSeconds;

  /**
   * An exchange over a data set.
   *
   * @param groups the shards; grouped anew when the number of slots changes
   * @param count of workers, for each job
   */
  public ResidentExchange(
      JavaSparkContext context,
      ShardGroups groups,
      WorkerSpecification worker,
      WorkerCount count,
      Broadcast<byte[]> specification,
      ExchangeSettings settings,
      Patience patience) {
    this.jobs = new ResidentJobs(context, groups, worker, count, specification, settings);
    this.settings = settings;
    this.patience = patience;
    this.losses = ExecutorLosses.of(context.sc());
  }

  /** Work that waits. */
  private interface Waiting<T> {
    T run() throws InterruptedException;
  }

  private static <T> T uninterrupted(long step, Waiting<T> work) {
    try {
      return work.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Cannot complete step %d: the driver was interrupted".formatted(step), e);
    }
  }

  @Override
  public StepResult step(StepOrder order) {
    return uninterrupted(
        order.step(),
        () -> {
          if (job != null && job.isSliced()) {
            release();
          }
          ResidentJob first = job == null ? start(order.step()) : job;
          return ask(first, () -> StepRound.of(order, jobs.shards())).result();
        });
  }

  /** True when workers hold the slices that a step begins with. */
  public boolean holdsSlices() {
    return job != null && job.isSliced();
  }

  /** Starts workers that hold slices of the given state. */
  public void hold(SlicedRules rules, SlicedState state) {
    release();
    job = uninterrupted(state.step(), () -> jobs.start(rules, state));
  }

  /**
   * Lets the workers that hold slices compute a step.
   *
   * @param order its parameters do not matter
   * @param before what the owners do first; empty: they have the parameters of the step
   * @throws StateLostException when a slice is lost; nobody holds slices any more
   */
  public StepRound sliced(StepOrder order, Optional<SliceUpdate> before) {
    StepOrder rest = order.parameters(NONE);
    return uninterrupted(
        order.step(),
        () -> ask(holders(order.step()), () -> StepRound.sliced(rest, before, jobs.shards())));
  }

  /**
   * The parameters and each slot, from the workers that hold slices.
   *
   * @param step that the parameters are for
   * @throws StateLostException when a slice is lost; nobody holds slices any more
   */
  public float[][] collect(long step, Optional<SliceUpdate> before, int parameters, int slots) {
    return uninterrupted(
        step,
        () -> {
          Slices slices = new Slices(parameters, jobs.workers());
          return ask(holders(step), () -> new CollectRound(step, before, slices, slots)).arrays();
        });
  }

  private ResidentJob holders(long step) {
    ResidentJob holders = job;
    if (holders == null || !holders.isSliced()) {
      throw StateLostException.ofSlices(step);
    }
    return holders;
  }

  private <R extends Round> R ask(ResidentJob first, Supplier<R> question)
      throws InterruptedException {
    ResidentJob current = first;
    R round = question.get();
    current.protocol().begin(round);
    long step = round.step();
    long began = System.nanoTime();
    long report = Math.max(patience.report(), LATE * lastSeconds);
    while (!current.protocol().awaitStep(TICK_MILLIS)) {
      ResidentJob before = current;
      long timeout = settings.stepTimeout().toSeconds();
      String lost = current.protocol().workersOn(losses::contains);
      if (!lost.isEmpty()) {
        current = recover(step, current, lost);
      }
      requirePossible(step, current);
      // Tasks that start again may have to read their data again, which takes what it takes.
      current.requireStarted(current == first ? Math.min(patience.start(), timeout) : timeout);
      if (current.isOver()) {
        current = replace(step, current);
      }
      if (current.protocol().isBlocked()) {
        LOG.warn("A worker runs twice and another one is missing");
        current = restart(step, current);
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
      if (seconds >= timeout) {
        throw overdue(step, current);
      }
      if (seconds >= report) {
        report = seconds + patience.report();
        String missing = current.protocol().missing();
        LOG.warn("Waiting for step {} since {} s: {}", step, seconds, missing);
        if (current.lacksWorkers() && jobs.areTooMany()) {
          LOG.warn("{} workers cannot run at once any more", jobs.workers());
          current = restart(step, current);
        }
      }
      if (current != before) {
        round = question.get();
        current.protocol().begin(round);
      }
    }
    current.protocol().close();
    current.stepDone();
    proven = true;
    lastSeconds = current.protocol().secondsOfStep();
    return round;
  }

  /** Ends the wait for what will never come. */
  private void requirePossible(long step, ResidentJob current) throws InterruptedException {
    if (current.protocol().lacksResiduals()) {
      if (current.isSliced()) {
        current.retire(patience.end());
        restart(step, current);
      }
      throw StateLostException.ofRoundingErrors(step);
    }
    if (!current.protocol().unreachable().isEmpty()) {
      throw new ExchangeUnavailableException(
          "Cannot merge gradients among the workers: " + current.protocol().unreachable());
    }
  }

  private IllegalStateException overdue(long step, ResidentJob current) {
    return new IllegalStateException(
        "Cannot complete step %d within %d s (raise cluster.step-timeout-seconds, or go on with --resume); missing: %s"
            .formatted(step, settings.stepTimeout().toSeconds(), current.protocol().missing()));
  }

  /**
   * Another job for one that has lost an executor; meanwhile, the files of the shards are mended.
   */
  private ResidentJob recover(long step, ResidentJob current, String lost)
      throws InterruptedException {
    LOG.warn("Lost in step {}: {}", step, lost);
    current.retire(patience.end());
    jobs.mend();
    return restart(step, current);
  }

  /** Another job for one that has ended before the step was complete. */
  private ResidentJob replace(long step, ResidentJob ended) throws InterruptedException {
    if (!ended.deservesAnother(proven)) {
      throw ended.failure();
    }
    LOG.warn("The job of the resident workers has failed: {}", ended.cause().orElse(null));
    return restart(step, ended);
  }

  /** Lets another job compute the step in flight, with as many workers as there are slots now. */
  private ResidentJob restart(long step, ResidentJob current) throws InterruptedException {
    current.cancel();
    job = null;
    if (current.isSliced()) {
      throw StateLostException.ofSlices(step);
    }
    LOG.warn("Starting resident workers again, at step {}", step);
    return start(step);
  }

  private ResidentJob start(long step) throws InterruptedException {
    ResidentJob submitted = jobs.start(step);
    job = submitted;
    return submitted;
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
    jobs.close();
  }
}
