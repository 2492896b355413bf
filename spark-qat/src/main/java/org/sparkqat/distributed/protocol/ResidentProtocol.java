package org.sparkqat.distributed.protocol;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.exchange.ExchangeTimes;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.WaitingWorkers.Waiting;
import org.sparkqat.distributed.transport.Answer;

/**
 * The driver's side of one job of resident workers, without network or threads of its own: messages
 * come in, answers go out, results are merged along the fixed tree. Any thread may call it.
 *
 * <p>A worker asks for an order and is answered when there is one that it has not computed. What
 * counts is the range of shards, not who computed it: the first result of a range is merged, every
 * other one is ignored. So a task may be lost, re-run, or run twice.
 */
public final class ResidentProtocol {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentProtocol.class);

  private final long run;
  private final int workers;
  private final int shards;
  private final ResultShape shape;
  private final LongSupplier clock;
  private final WaitingWorkers waiting = new WaitingWorkers();
  private final Attendance attendance;
  private final Residuals residuals = new Residuals();
  private final Optional<PeerList> peers;
  private @Nullable Round round;
  private boolean open;
  private String unreachable = "";
  private long ordered;
  private ExchangeTimes.Sum times = new ExchangeTimes.Sum();
  private boolean ended;

  /**
   * The protocol of one job.
   *
   * @param run token of the job: messages of any other are refused
   * @param workers tasks of the job
   * @param clock nanoseconds
   */
  public ResidentProtocol(
      long run, int workers, int shards, ResultShape shape, LongSupplier clock) {
    this(run, workers, shards, shape, clock, Optional.empty());
  }

  private ResidentProtocol(
      long run,
      int workers,
      int shards,
      ResultShape shape,
      LongSupplier clock,
      Optional<PeerList> peers) {
    this.run = run;
    this.workers = workers;
    this.shards = shards;
    this.shape = shape;
    this.clock = clock;
    this.peers = peers;
    this.attendance = new Attendance(workers);
  }

  /** The protocol of a job whose workers hold slices, and merge gradients among themselves. */
  public static ResidentProtocol sliced(
      long run, int workers, int shards, ResultShape shape, LongSupplier clock) {
    return new ResidentProtocol(
        run, workers, shards, shape.withoutGradient(), clock, Optional.of(new PeerList(workers)));
  }

  public long run() {
    return run;
  }

  /** Asks all workers. */
  public void begin(Round next) {
    List<Waiting> ready;
    synchronized (this) {
      round = next;
      open = true;
      ordered = clock.getAsLong();
      times = new ExchangeTimes.Sum();
      residuals.begin();
      ready = waiting.take();
    }
    WaitingWorkers.answer(ready, next.question());
  }

  /**
   * Waits until the round is complete or cannot become so, or for the given time; true when it is
   * complete.
   */
  public synchronized boolean awaitStep(long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; !isDecided() && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
    return round != null && round.isComplete();
  }

  private boolean isDecided() {
    return round == null || round.isComplete() || lacksResiduals() || !unreachable.isEmpty();
  }

  /** Takes no more answers to the round. */
  public synchronized void close() {
    open = false;
  }

  /** Where the time of the step went. */
  public synchronized ExchangeTimes times() {
    return times.times();
  }

  /** Ends the workers: those that wait now, and the others when they ask. */
  public void end() {
    List<Waiting> all;
    synchronized (this) {
      ended = true;
      all = waiting.take();
      all.forEach(each -> attendance.dismiss(each.worker().worker()));
    }
    WaitingWorkers.answer(all, DriverMessage.encode(DriverMessage.Kind.END));
  }

  /** Waits until every connected worker has been told of the end, or for the given time. */
  public synchronized void awaitEnded(long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = millis; !attendance.allDismissed() && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
  }

  /** Lets those who have waited for long ask again, so that no connection falls silent. */
  public void renew(long nanos) {
    List<Waiting> old;
    synchronized (this) {
      old = waiting.takeSince(clock.getAsLong() - nanos);
    }
    WaitingWorkers.answer(old, DriverMessage.encode(DriverMessage.Kind.WAIT));
  }

  /** A connection is lost; whoever was behind it may come back by another. */
  public synchronized void lost(Object connection) {
    waiting.lost(connection);
    residuals.lost(connection);
    attendance.lost(connection);
    notifyAll();
  }

  /** Takes a message; its bytes are not used after the return. */
  public void receive(Object connection, ByteBuffer bytes, Answer answer) {
    ByteBuffer reply;
    try {
      WorkerMessage message = WorkerMessage.decode(bytes, shape);
      requireKnown(message);
      reply = message.run() == run ? handle(connection, message, answer) : stale(message);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      LOG.warn("Refused a message from {}: {}", connection, e.toString());
      answer.refuse(String.valueOf(e.getMessage()));
      return;
    }
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
    attendance.heard(worker, connection, clock.getAsLong());
    if (ended) {
      attendance.dismiss(worker.worker());
      notifyAll();
      return DriverMessage.encode(DriverMessage.Kind.END);
    }
    switch (message.kind()) {
      case HELLO -> {}
      case PEERS -> {
        return introduced(connection, message);
      }
      case UNREACHABLE -> unreachable = worker + ": " + message.text();
      default -> {
        return taken(connection, message, answer);
      }
    }
    notifyAll();
    return DriverMessage.encode(DriverMessage.Kind.WAIT);
  }

  /** Where the others are, when all are known. */
  private ByteBuffer introduced(Object connection, WorkerMessage message) {
    WorkerIdentity worker = message.from();
    if (peers.isPresent() && peers.get().add(worker, message.text())) {
      residuals.keptBy(worker.worker(), connection);
      return peers.get().isComplete()
          ? peers.get().message()
          : DriverMessage.encode(DriverMessage.Kind.WAIT);
    }
    residuals.lackedBy(worker.worker(), clock.getAsLong());
    notifyAll();
    return DriverMessage.encode(DriverMessage.Kind.WAIT);
  }

  /** Takes an answer; what to do next, null when there is nothing yet. */
  private @Nullable ByteBuffer taken(Object connection, WorkerMessage message, Answer answer) {
    WorkerIdentity worker = message.from();
    Round current = round;
    boolean asked = current != null && message.step() == current.step();
    boolean lacks = asked && message.kind() == WorkerMessage.Kind.LACKING;
    if (peers.isPresent() && peers.get().has(worker)) {
      residuals.keptBy(worker.worker(), connection);
    }
    if (current != null && asked && open) {
      take(current, connection, message);
    }
    if (isDecided()) {
      notifyAll();
    }
    // Who asks again may have computed the step before the driver went back to it.
    if (current != null && open && !lacks && !isCovered(worker.worker())) {
      return current.question().duplicate();
    }
    waiting.add(new Waiting(connection, worker, clock.getAsLong(), answer));
    return null;
  }

  private void take(Round current, Object connection, WorkerMessage message) {
    int worker = message.from().worker();
    if (message.kind() == WorkerMessage.Kind.RESULT) {
      residuals.keptBy(worker, connection);
    } else if (message.kind() == WorkerMessage.Kind.LACKING) {
      residuals.lackedBy(worker, clock.getAsLong());
    }
    long start = clock.getAsLong();
    if (current.take(message)) {
      times.add(message.computeNanos(), clock.getAsLong() - start);
    }
  }

  private boolean isCovered(int worker) {
    return round != null && round.isCovered(worker, ShardRange.of(worker, workers, shards));
  }

  /** True when a worker lacks what the step builds on, and nobody else has it. */
  public synchronized boolean lacksResiduals() {
    return residuals.lost(clock.getAsLong()).stream().anyMatch(worker -> !isCovered(worker));
  }

  /** Who cannot reach whom, where workers talk to each other; empty: nobody has said so. */
  public synchronized String unreachable() {
    return unreachable;
  }

  /** True when every worker of the job is connected. */
  public synchronized boolean allConnected() {
    return attendance.allConnected();
  }

  /**
   * True when a worker is missing while another one runs twice, and may hold its slot. Spark does
   * that when a lost executor took with it what a lost task reads: it then runs every task of the
   * stage again, in any order, beside those that still run.
   */
  public synchronized boolean isBlocked() {
    return attendance.isBlocked();
  }

  /** The workers whose latest attempt runs on one of the executors; empty: none. */
  public synchronized String workersOn(Predicate<String> executors) {
    return attendance.workersOn(executors);
  }

  /** Who has not yet delivered the step, where and since when; empty when it is complete. */
  public synchronized String missing() {
    List<String> texts = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      ShardRange range = ShardRange.of(worker, workers, shards);
      if (!isCovered(worker)) {
        texts.add(range + " (" + attendance.describe(worker, clock.getAsLong()) + ")");
      }
    }
    return String.join("; ", texts);
  }

  /** Seconds since the step was ordered. */
  public synchronized long secondsOfStep() {
    return TimeUnit.NANOSECONDS.toSeconds(clock.getAsLong() - ordered);
  }
}
