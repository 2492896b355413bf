package org.sparkqat.distributed.resident;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.data.Shard;
import org.sparkqat.distributed.exchange.ExchangeUnavailableException;
import org.sparkqat.distributed.exchange.JobFailure;
import org.sparkqat.distributed.protocol.ResidentProtocol;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.worker.DifferentInstructionSetException;

/** One Spark job of resident workers, from its submission to its end. */
final class ResidentJob {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentJob.class);

  private static final String INTERRUPT = "spark.job.interruptOnCancel";

  private final ResidentProtocol protocol;
  private final JavaFutureAction<Void> tasks;
  private final String address;
  private final @Nullable Broadcast<byte[]> state;
  private final long started = System.nanoTime();
  private boolean complete;
  private boolean freed;
  private long steps;

  private ResidentJob(
      ResidentProtocol protocol, JavaFutureAction<Void> tasks, ResidentTask.Job description) {
    this.protocol = protocol;
    this.tasks = tasks;
    this.state = description.slices() == null ? null : description.slices().state();
    this.address = description.host() + ":" + description.port();
  }

  /**
   * Submits the job, whose tasks start by themselves.
   *
   * @param text what Spark's pages say of the job, after the description in force
   */
  static ResidentJob submit(
      JavaSparkContext context,
      JavaRDD<Shard> shards,
      ResidentProtocol protocol,
      ResidentTask.Job description,
      String text) {
    @Nullable String interrupt = context.getLocalProperty(INTERRUPT);
    @Nullable String before = context.getLocalProperty(SparkInternals.DESCRIPTION);
    context.setLocalProperty(INTERRUPT, "true");
    context.setLocalProperty(
        SparkInternals.DESCRIPTION, before == null ? text : before + ", " + text);
    try {
      return new ResidentJob(
          protocol, shards.foreachPartitionAsync(new ResidentTask(description)), description);
    } finally {
      context.setLocalProperty(INTERRUPT, interrupt);
      context.setLocalProperty(SparkInternals.DESCRIPTION, before);
    }
  }

  /** True when the workers hold slices. */
  boolean isSliced() {
    return state != null;
  }

  ResidentProtocol protocol() {
    return protocol;
  }

  /** True when the tasks run no more, whatever the reason. */
  boolean isOver() {
    complete = complete || protocol.allConnected();
    return tasks.isDone();
  }

  /**
   * Checks that the tasks have started in time.
   *
   * @param startSeconds how long they may take to connect
   * @throws ExchangeUnavailableException when the workers have never been there all at once
   */
  void requireStarted(long startSeconds) {
    if (!complete && secondsSinceStart() >= startSeconds) {
      throw new ExchangeUnavailableException(
          ("Cannot start resident workers: within %d s not every task has connected to %s (are all"
                  + " slots free, and can the executors reach that address?); missing: %s")
              .formatted(startSeconds, address, protocol.missing()));
    }
  }

  /** A step is complete, so that every worker must have been there. */
  void stepDone() {
    steps++;
    complete = true;
    if (state != null && steps == 1) {
      // What a job starts with is of no use to its executors after its first step; Spark may still
      // write the task down that names it.
      state.unpersist(false);
    }
  }

  private void freeState() {
    if (state != null && !freed) {
      freed = true;
      state.destroy();
    }
  }

  /**
   * True when the job has failed and another one may do better: it has computed steps, so that
   * neither its data nor its network are at fault; and nobody has cancelled it. Spark gives a job
   * up that has lost too many executors, however long it has run.
   *
   * @param proven an earlier job has computed steps, so that a loss alone does not count
   */
  boolean deservesAnother(boolean proven) throws InterruptedException {
    Optional<Throwable> cause = cause();
    if (cause.isEmpty() || isCancellation(cause.get())) {
      return false;
    }
    return steps > 0 || (proven && isLoss(cause.get()));
  }

  private static boolean isLoss(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("ExecutorLostFailure");
  }

  /** True when somebody wants the job to end, us included. */
  private static boolean isCancellation(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("cancelled");
  }

  /** Why the job has failed; empty when it has ended without a failure. */
  Optional<Throwable> cause() throws InterruptedException {
    try {
      var unused = tasks.get();
      return Optional.empty();
    } catch (ExecutionException e) {
      return Optional.of(JobFailure.cause(e));
    }
  }

  private long secondsSinceStart() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
  }

  /** What to throw: what Spark says of the tasks, as any other job does. */
  RuntimeException failure() throws InterruptedException {
    Optional<Throwable> cause = cause();
    if (cause.isEmpty()) {
      return new IllegalStateException(
          "Cannot complete the step: its tasks have ended without " + protocol.missing());
    }
    if (!complete && !isCancellation(cause.get()) && !isRefusal(cause.get())) {
      return new ExchangeUnavailableException(
          "Failed to start resident workers: " + firstLine(cause.get()), cause.get());
    }
    throw JobFailure.<RuntimeException>unchecked(cause.get());
  }

  /** True when no other exchange would do better: an executor cannot compute the same bits. */
  private static boolean isRefusal(Throwable cause) {
    String name = DifferentInstructionSetException.class.getSimpleName();
    return String.valueOf(cause.getMessage()).contains(name);
  }

  private static String firstLine(Throwable thrown) {
    return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
  }

  /** True when a worker is not connected. */
  boolean lacksWorkers() {
    return !protocol.allConnected();
  }

  /** Ends the tasks between two steps, and waits for that; cancels them when they do not end. */
  void end(long patienceSeconds) throws InterruptedException {
    protocol.end();
    try {
      var unused = tasks.get(patienceSeconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn(
          "Resident workers have not ended within {} s: cancelling their job", patienceSeconds);
      tasks.cancel(true);
    } catch (ExecutionException e) {
      LOG.warn("Resident workers have failed after their last step: {}", e.toString());
    } finally {
      freeState();
    }
  }

  /**
   * Ends the workers that are left, each after the step that it computes, so that they keep what
   * they have compiled; then the job, whatever its other tasks do.
   */
  void retire(long patienceSeconds) throws InterruptedException {
    protocol.end();
    protocol.awaitEnded(TimeUnit.SECONDS.toMillis(patienceSeconds));
    tasks.cancel(true);
  }

  /** Ends the tasks whatever they do. */
  void cancel() {
    protocol.end();
    tasks.cancel(true);
    freeState();
  }
}
