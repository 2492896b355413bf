package org.sparkqat.distributed.resident;

import java.nio.ByteBuffer;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sparkqat.distributed.protocol.ResidentProtocol;
import org.sparkqat.distributed.transport.Answer;
import org.sparkqat.distributed.transport.SparkInternals;

/** Where the driver listens for the workers of one job after another. */
final class Endpoint implements SparkInternals.Receiver, AutoCloseable {

  /** How long a worker waits for an order before it is told to ask again. */
  private static final long RENEW_SECONDS = 10;

  private final SparkInternals.Server server;
  private final ScheduledExecutorService renewals;
  private volatile @Nullable ResidentProtocol current;

  /**
   * Listens from now on.
   *
   * @param port 0: any
   */
  Endpoint(int port) {
    this.server = new SparkInternals.Server(port, this);
    this.renewals =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "sparkqat-renewals");
              thread.setDaemon(true);
              return thread;
            });
    var unused = renewals.scheduleWithFixedDelay(this::renew, 1, 1, TimeUnit.SECONDS);
  }

  int port() {
    return server.port();
  }

  /** Messages are for this protocol from now on. */
  void serve(ResidentProtocol protocol) {
    current = protocol;
  }

  private void renew() {
    ResidentProtocol protocol = current;
    if (protocol != null) {
      protocol.renew(TimeUnit.SECONDS.toNanos(RENEW_SECONDS));
    }
  }

  @Override
  public void receive(Object connection, ByteBuffer message, Answer answer) {
    ResidentProtocol protocol = current;
    if (protocol == null) {
      answer.refuse("no resident workers are expected");
    } else {
      protocol.receive(connection, message, answer);
    }
  }

  @Override
  public void lost(Object connection) {
    ResidentProtocol protocol = current;
    if (protocol != null) {
      protocol.lost(connection);
    }
  }

  @Override
  public void close() {
    renewals.shutdownNow();
    server.close();
  }
}
