package org.sparkqat.distributed;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.training.TreeSum;

/**
 * The driver's side of one job of resident workers, without network or threads of its own: messages
 * come in, answers go out, results are merged along the fixed tree. Any thread may call it.
 *
 * <p>A worker asks for an order and is answered when there is one that it has not computed. What
 * counts is the range of shards, not who computed it: the first result of a range is merged, every
 * other one is ignored. So a task may be lost, re-run, or run twice.
 */
final class ResidentProtocol {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentProtocol.class);

  private final long run;
  private final int workers;
  private final int shards;
  private final ResultShape shape;
  private final LongSupplier clock;
  private final Map<Integer, Presence> present = new TreeMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Set<Integer> dismissed = new HashSet<>();
  private final Residuals residuals = new Residuals();
  private TreeSum<StepResult> sum;
  private @Nullable ByteBuffer order;
  private long step = WorkerMessage.NONE;
  private long ordered;
  private ExchangeTimes.Sum times = new ExchangeTimes.Sum();
  private boolean ended;
  private boolean doubled;

  /** A worker that waits for an order other than that of the step it has computed. */
  private record Waiting(
      Object connection, WorkerIdentity worker, long computed, long since, Answer answer) {}

  /**
   * The protocol of one job.
   *
   * @param run token of the job: messages of any other are refused
   * @param workers tasks of the job
   * @param clock nanoseconds
   */
  ResidentProtocol(long run, int workers, int shards, ResultShape shape, LongSupplier clock) {
    this.run = run;
    this.workers = workers;
    this.shards = shards;
    this.shape = shape;
    this.clock = clock;
    this.sum = StepResult.driverSum(shards);
  }

  long run() {
    return run;
  }

  /** Publishes the next step to all workers. */
  void begin(StepOrder next) {
    ByteBuffer message = DriverMessage.encode(next);
    List<Waiting> ready;
    synchronized (this) {
      step = next.step();
      order = message;
      ordered = clock.getAsLong();
      times = new ExchangeTimes.Sum();
      residuals.begin();
      sum = StepResult.driverSum(shards);
      ready = List.copyOf(waiting);
      waiting.clear();
    }
    ready.forEach(each -> each.answer().send(message.duplicate()));
  }

  /** Waits until the step is complete, or for the given time; true when it is complete. */
  synchronized boolean awaitStep(long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; !sum.isComplete() && !lacksResiduals() && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
    return sum.isComplete();
  }

  /** The result of the complete step. */
  synchronized StepResult result() {
    order = null;
    return sum.total();
  }

  /** Where the time of the step went. */
  synchronized ExchangeTimes times() {
    return times.times();
  }

  /** Ends the workers: those that wait now, and the others when they ask. */
  void end() {
    List<Waiting> all;
    synchronized (this) {
      ended = true;
      all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(each -> dismissed.add(each.worker().worker()));
    }
    all.forEach(each -> each.answer().send(DriverMessage.encode(DriverMessage.Kind.END)));
  }

  /** Waits until every connected worker has been told of the end, or for the given time. */
  synchronized void awaitEnded(long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; !allDismissed() && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
  }

  private boolean allDismissed() {
    return present.values().stream()
        .filter(Presence::connected)
        .allMatch(presence -> dismissed.contains(presence.worker().worker()));
  }

  /** Lets those who have waited for long ask again, so that no connection falls silent. */
  void renew(long nanos) {
    List<Waiting> old = new ArrayList<>();
    synchronized (this) {
      long now = clock.getAsLong();
      for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
        Waiting one = each.next();
        if (now - one.since() >= nanos) {
          old.add(one);
          each.remove();
        }
      }
    }
    old.forEach(each -> each.answer().send(DriverMessage.encode(DriverMessage.Kind.WAIT)));
  }

  /** A connection is lost; whoever was behind it may come back by another. */
  synchronized void lost(Object connection) {
    waiting.removeIf(each -> each.connection().equals(connection));
    residuals.lost(connection);
    present.replaceAll(
        (worker, presence) ->
            presence.connection().equals(connection) ? presence.lost() : presence);
    notifyAll();
  }

  /** Takes a message; its bytes are not used after the return. */
  void receive(Object connection, ByteBuffer bytes, Answer answer) {
    WorkerMessage message;
    try {
      message = WorkerMessage.decode(bytes, shape);
      requireKnown(message);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      LOG.warn("Refused a message from {}: {}", connection, e.toString());
      answer.refuse(String.valueOf(e.getMessage()));
      return;
    }
    ByteBuffer reply = message.run() == run ? handle(connection, message, answer) : stale(message);
    if (reply != null) {
      answer.send(reply);
    }
  }

  private void requireKnown(WorkerMessage message) {
    int worker = message.from().worker();
    boolean known =
        message.run() != run
            || (worker >= 0
                && worker < workers
                && message.from().shards().equals(ShardRange.of(worker, workers, shards)));
    if (!known) {
      throw new IllegalArgumentException(
          "Invalid worker: %d with %s (there are %d for %d shards)"
              .formatted(worker, message.from().shards(), workers, shards));
    }
  }

  private static ByteBuffer stale(WorkerMessage message) {
    LOG.warn("Refused a message of another job: worker {}", message.from());
    return DriverMessage.encode(DriverMessage.Kind.STALE);
  }

  /** The answer; null when there is none yet. */
  private synchronized @Nullable ByteBuffer handle(
      Object connection, WorkerMessage message, Answer answer) {
    WorkerIdentity worker = message.from();
    Presence now = new Presence(worker, connection, true, clock.getAsLong());
    Presence before = present.put(worker.worker(), now);
    doubled = doubled || (before != null && before.isBeside(now));
    if (ended) {
      dismissed.add(worker.worker());
      notifyAll();
      return DriverMessage.encode(DriverMessage.Kind.END);
    }
    if (message.kind() == WorkerMessage.Kind.HELLO) {
      return DriverMessage.encode(DriverMessage.Kind.WAIT);
    }
    if (message.step() == step && order != null) {
      if (message.kind() == WorkerMessage.Kind.RESULT) {
        residuals.keptBy(worker.worker(), connection);
        merge(message);
      } else if (message.kind() == WorkerMessage.Kind.LACKING) {
        residuals.lackedBy(worker.worker(), clock.getAsLong());
        notifyAll();
      }
    }
    boolean lacks = message.kind() == WorkerMessage.Kind.LACKING && message.step() == step;
    // Who asks again may have computed the step before the driver went back to it.
    if (order != null && !lacks && !isCovered(worker.shards())) {
      return order.duplicate();
    }
    waiting.add(new Waiting(connection, worker, message.step(), clock.getAsLong(), answer));
    return null;
  }

  private void merge(WorkerMessage message) {
    long start = clock.getAsLong();
    boolean isNew = false;
    for (TreeSum.Part<StepResult> part : message.parts()) {
      if (!sum.overlaps(part.node())) {
        sum.add(part.node(), part.value());
        isNew = true;
      }
    }
    if (isNew) {
      times.add(message.computeNanos(), clock.getAsLong() - start);
    }
    if (sum.isComplete()) {
      notifyAll();
    }
  }

  private boolean isCovered(ShardRange range) {
    return range.nodes().stream().allMatch(sum::overlaps);
  }

  /** True when a worker cannot compute the step because it lacks rounding errors that are lost. */
  synchronized boolean lacksResiduals() {
    return residuals.lost(clock.getAsLong()).stream()
        .anyMatch(worker -> !isCovered(ShardRange.of(worker, workers, shards)));
  }

  /** True when every worker of the job is connected. */
  synchronized boolean allConnected() {
    return present.size() == workers && present.values().stream().allMatch(Presence::connected);
  }

  /**
   * True when a worker is missing while another one runs twice, and may hold its slot. Spark does
   * that when a lost executor took with it what a lost task reads: it then runs every task of the
   * stage again, in any order, beside those that still run.
   */
  synchronized boolean isBlocked() {
    return doubled && !allConnected();
  }

  /** The workers whose latest attempt runs on one of the executors; empty: none. */
  synchronized String workersOn(Predicate<String> executors) {
    List<String> texts = new ArrayList<>();
    for (Presence presence : present.values()) {
      if (executors.test(presence.worker().executor())) {
        texts.add(presence.worker().shards() + " (" + presence.worker() + ")");
      }
    }
    return String.join("; ", texts);
  }

  /** Who has not yet delivered the step, where and since when; empty when it is complete. */
  synchronized String missing() {
    List<String> texts = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      ShardRange range = ShardRange.of(worker, workers, shards);
      if (!isCovered(range)) {
        texts.add(range + " (" + describe(present.get(worker)) + ")");
      }
    }
    return String.join("; ", texts);
  }

  private String describe(@Nullable Presence presence) {
    if (presence == null) {
      return "no task has connected";
    }
    return "%s, %s %d s ago"
        .formatted(
            presence.worker(),
            presence.connected() ? "connected, last heard of" : "lost, last heard of",
            TimeUnit.NANOSECONDS.toSeconds(clock.getAsLong() - presence.heard()));
  }

  /** Seconds since the step was ordered. */
  synchronized long secondsOfStep() {
    return TimeUnit.NANOSECONDS.toSeconds(clock.getAsLong() - ordered);
  }
}
