package org.sparkqat.distributed.resident;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.protocol.DriverMessage;
import org.sparkqat.distributed.protocol.WorkerMessage;
import org.sparkqat.distributed.transport.SparkInternals;

/** Questions to the driver, over one connection after another when they are lost. */
final class DriverSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DriverSession.class);
  private static final long PAUSE_MILLIS = 200;
  private static final int REFUSALS = 3;

  private final ResidentTask.Job job;
  private final TaskContext context;
  private SparkInternals.@Nullable Connection connection;

  DriverSession(ResidentTask.Job job, TaskContext context) {
    this.job = job;
    this.context = context;
  }

  /** The driver's answer; asks again while the driver cannot be reached. */
  DriverMessage ask(WorkerMessage message) {
    ByteBuffer bytes = message.encode();
    long patience = TimeUnit.SECONDS.toNanos(job.silenceSeconds());
    long deadline = System.nanoTime() + patience;
    int refusals = 0;
    while (true) {
      requireAlive();
      try {
        DriverMessage answer = connected().ask(bytes.duplicate(), DriverMessage::decode, patience);
        if (answer.kind() == DriverMessage.Kind.STALE) {
          throw new IllegalStateException(
              "Cannot go on with %s: the driver has given up this job"
                  .formatted(message.from().shards()));
        }
        return answer;
      } catch (SparkInternals.RefusedException e) {
        close();
        refusals++;
        if (refusals == REFUSALS) {
          throw new IllegalStateException(
              "Cannot go on with %s: the driver refuses the message: %s"
                  .formatted(message.from().shards(), e.getMessage()),
              e);
        }
      } catch (IOException e) {
        close();
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "Failed to reach the driver at %s:%d for %d s"
                  .formatted(job.host(), job.port(), job.silenceSeconds()),
              e);
        }
        LOG.info("Connecting to the driver again: {}", e.toString());
        pause();
      } catch (InterruptedException e) {
        throw SparkInternals.killed();
      }
    }
  }

  private SparkInternals.Connection connected() throws IOException, InterruptedException {
    if (connection == null) {
      connection = SparkInternals.Connection.to(job.host(), job.port());
    }
    return connection;
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw SparkInternals.killed();
    }
  }

  private void requireAlive() {
    if (context.isInterrupted()) {
      throw SparkInternals.killed();
    }
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }
}
