package org.sparkqat.distributed.slices;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.wire.Wire;

/** The other workers of a job, as one of them asks them; one thread at a time. */
public final class SlicePeers implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SlicePeers.class);

  private static final long TICK_MILLIS = 1000;
  private static final long PAUSE_MILLIS = 200;

  private final long run;
  private final int self;
  private final List<String> addresses;
  private final Runnable pulse;
  private final SparkInternals.Connector connector = new SparkInternals.Connector();
  private final Map<Integer, SparkInternals.Connection> connections = new HashMap<>();

  /**
   * The workers at the given addresses.
   *
   * @param run token of the job
   * @param self which of them asks
   * @param addresses {@code host:port} of each
   * @param pulse runs about each second that an answer does not come; an exception ends the wait
   */
  public SlicePeers(long run, int self, List<String> addresses, Runnable pulse) {
    this.run = run;
    this.self = self;
    this.addresses = List.copyOf(addresses);
    this.pulse = pulse;
  }

  /** Reads an answer, in any thread. */
  public interface Reader {
    void read(int peer, Wire answer);
  }

  /**
   * Connects to all, trying again for so long.
   *
   * @throws IOException when that has failed; the message names whom
   */
  public void connect(long nanos) throws IOException {
    long deadline = System.nanoTime() + nanos;
    for (int i = 1; i < addresses.size(); i++) {
      int peer = (self + i) % addresses.size();
      boolean connected = false;
      while (!connected) {
        try {
          connected(peer);
          connected = true;
        } catch (IOException e) {
          if (System.nanoTime() > deadline) {
            throw new IOException(
                "Failed to reach worker %d at %s: %s"
                    .formatted(peer, addresses.get(peer), e.getMessage()),
                e);
          }
          pause();
        }
      }
    }
  }

  /** Asks some of the others at once for one thing each, and waits for all the answers. */
  public void fetch(IntPredicate whom, IntFunction<SliceKey> what, Reader reader) {
    Map<Integer, CompletableFuture<Boolean>> answers = new HashMap<>();
    for (int i = 1; i < addresses.size(); i++) {
      int peer = (self + i) % addresses.size();
      if (whom.test(peer)) {
        answers.put(peer, ask(peer, what.apply(peer), reader));
      }
    }
    answers.forEach((peer, answer) -> await(peer, answer, what.apply(peer), reader));
  }

  private CompletableFuture<Boolean> ask(int peer, SliceKey key, Reader reader) {
    try {
      return connected(peer)
          .send(
              key.encode(run),
              (ByteBuffer answer) -> {
                reader.read(peer, Wire.unseal(answer));
                return true;
              });
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void await(int peer, CompletableFuture<Boolean> first, SliceKey key, Reader reader) {
    CompletableFuture<Boolean> answer = first;
    while (true) {
      try {
        var unused = answer.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        pulse.run();
      } catch (ExecutionException e) {
        LOG.info("Asking worker {} again for {}: {}", peer, key, e.getCause());
        disconnect(peer);
        pulse.run();
        pause();
        answer = ask(peer, key, reader);
      } catch (InterruptedException e) {
        throw SparkInternals.killed();
      }
    }
  }

  private SparkInternals.Connection connected(int peer) throws IOException {
    SparkInternals.Connection open = connections.get(peer);
    if (open != null) {
      return open;
    }
    String address = addresses.get(peer);
    int colon = address.lastIndexOf(':');
    try {
      SparkInternals.Connection connection =
          connector.open(
              address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
      connections.put(peer, connection);
      return connection;
    } catch (InterruptedException e) {
      throw SparkInternals.killed();
    }
  }

  private void disconnect(int peer) {
    if (connections.containsKey(peer)) {
      Objects.requireNonNull(connections.remove(peer)).close();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw SparkInternals.killed();
    }
  }

  @Override
  public void close() {
    connections.values().forEach(SparkInternals.Connection::close);
    connections.clear();
    connector.close();
  }
}
