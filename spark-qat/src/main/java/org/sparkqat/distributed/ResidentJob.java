package org.sparkqat.distributed;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.data.Shard;

/** One Spark job of resident workers, from its submission to its end. */
final class ResidentJob {

  private static final Logger LOG = LoggerFactory.getLogger(ResidentJob.class);

  private static final String INTERRUPT = "spark.job.interruptOnCancel";
  private static final String DESCRIPTION = "spark.job.description";

  private final ResidentProtocol protocol;
  private final JavaFutureAction<Void> tasks;
  private final String address;
  private final long started = System.nanoTime();
  private boolean complete;

  private ResidentJob(
      ResidentProtocol protocol, JavaFutureAction<Void> tasks, ResidentTask.Job description) {
    this.protocol = protocol;
    this.tasks = tasks;
    this.address = description.host() + ":" + description.port();
  }

  /** Submits the job, whose tasks start by themselves. */
  static ResidentJob submit(
      JavaSparkContext context,
      JavaRDD<Shard> shards,
      ResidentProtocol protocol,
      ResidentTask.Job description,
      String text) {
    @Nullable String interrupt = context.getLocalProperty(INTERRUPT);
    @Nullable String before = context.getLocalProperty(DESCRIPTION);
    context.setLocalProperty(INTERRUPT, "true");
    context.setLocalProperty(DESCRIPTION, text);
    try {
      return new ResidentJob(
          protocol, shards.foreachPartitionAsync(new ResidentTask(description)), description);
    } finally {
      context.setLocalProperty(INTERRUPT, interrupt);
      context.setLocalProperty(DESCRIPTION, before);
    }
  }

  ResidentProtocol protocol() {
    return protocol;
  }

  /**
   * Checks that there is something to wait for.
   *
   * @param startSeconds how long the tasks may take to connect
   * @throws ExchangeUnavailableException when the workers have never been there all at once
   */
  void requireRunning(long startSeconds) throws InterruptedException {
    complete = complete || protocol.allConnected();
    if (tasks.isDone()) {
      throw failure();
    }
    if (!complete && secondsSinceStart() >= startSeconds) {
      throw new ExchangeUnavailableException(
          ("Cannot start resident workers: within %d s not every task has connected to %s (are all"
                  + " slots free, and can the executors reach that address?); missing: %s")
              .formatted(startSeconds, address, protocol.missing()));
    }
  }

  private long secondsSinceStart() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
  }

  /** Throws what Spark says of the tasks, as any other job does. */
  private RuntimeException failure() throws InterruptedException {
    try {
      var unused = tasks.get();
      return new IllegalStateException(
          "Cannot complete the step: its tasks have ended without " + protocol.missing());
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (!complete && !tasks.isCancelled()) {
        return new ExchangeUnavailableException(
            "Failed to start resident workers: " + firstLine(cause), cause);
      }
      throw ResidentJob.<RuntimeException>unchecked(cause);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
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
    }
  }

  /** Ends the tasks whatever they do. */
  void cancel() {
    protocol.end();
    tasks.cancel(true);
  }
}
