package org.sparkqat.distributed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import org.sparkqat.spark.SparkVersioned;

/**
 * All that is used of Spark beside its public API: its network, as it carries shuffle blocks, and
 * the number of slots. Authentication, encryption and SSL are what the job's Spark settings say.
 */
final class SparkInternals {

  private static final String MODULE = "sparkqat";

  private SparkInternals() {}

  /** Tasks that the cluster can run at once now. */
  static int slots(SparkContext context) {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }

  /** Where the executors find the driver. */
  static String driverHost() {
    return SparkEnv.get().conf().get("spark.driver.host");
  }

  /** The host of this process, as Spark knows it. */
  static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }

  private static TransportConf transport(int threads) {
    return SparkVersioned.transportConf(SparkEnv.get(), MODULE, threads);
  }

  /** Takes messages; called by the threads of the network, which must not be held up. */
  interface Receiver {

    /**
     * A message has come.
     *
     * @param connection tells connections apart, by {@code equals}
     * @param message valid until the return
     */
    void receive(Object connection, ByteBuffer message, Answer answer);

    /** A connection is lost or closed. */
    void lost(Object connection);
  }

  /** The driver's end. */
  static final class Server implements AutoCloseable {

    private final TransportContext context;
    private final TransportServer server;

    /**
     * Listens on the driver's address.
     *
     * @param port 0: any
     */
    Server(int port, Receiver receiver) {
      SparkEnv environment = SparkEnv.get();
      TransportConf conf = transport(0);
      List<TransportServerBootstrap> bootstraps =
          environment.securityManager().isAuthenticationEnabled()
              ? List.of(new AuthServerBootstrap(conf, environment.securityManager()))
              : List.of();
      this.context = new TransportContext(conf, new Handler(receiver));
      String address = environment.conf().get("spark.driver.bindAddress", driverHost());
      try {
        this.server = context.createServer(address, port, bootstraps);
      } catch (Exception e) {
        // Not narrower: a port that is taken is an IOException, which Spark does not declare.
        context.close();
        throw new IllegalStateException(
            "Failed to listen on %s:%d: %s".formatted(address, port, e.getMessage()), e);
      }
    }

    int port() {
      return server.getPort();
    }

    @Override
    public void close() {
      server.close();
      context.close();
    }
  }

  private static final class Handler extends RpcHandler {

    private final Receiver receiver;
    private final StreamManager streams = new OneForOneStreamManager();

    private Handler(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
      receiver.receive(
          client.getChannel(),
          message,
          new Answer() {
            @Override
            public void send(ByteBuffer answer) {
              callback.onSuccess(answer);
            }

            @Override
            public void refuse(String reason) {
              callback.onFailure(new IllegalArgumentException(reason));
            }
          });
    }

    @Override
    public void channelInactive(TransportClient client) {
      receiver.lost(client.getChannel());
    }

    @Override
    public StreamManager getStreamManager() {
      return streams;
    }
  }

  /** The other side took a message for none of its own. */
  static final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private RefusedException(ExecutionException failure) {
      super(String.valueOf(failure.getMessage()).lines().findFirst().orElse(""), failure);
    }
  }

  /** A worker's end: one connection to the driver. */
  static final class Connection implements AutoCloseable {

    private final TransportContext context;
    private final TransportClientFactory factory;
    private final TransportClient client;

    Connection(String host, int port) throws IOException, InterruptedException {
      SparkEnv environment = SparkEnv.get();
      TransportConf conf = transport(1);
      List<TransportClientBootstrap> bootstraps =
          environment.securityManager().isAuthenticationEnabled()
              ? List.of(
                  new AuthClientBootstrap(
                      conf, environment.conf().getAppId(), environment.securityManager()))
              : List.of();
      this.context = new TransportContext(conf, new NoOpRpcHandler());
      this.factory = context.createClientFactory(bootstraps);
      try {
        this.client = factory.createUnmanagedClient(host, port);
      } catch (IOException | InterruptedException | RuntimeException e) {
        close(factory, context);
        throw e;
      }
    }

    /**
     * Sends a message and waits for its answer.
     *
     * @param read reads the answer, whose bytes are valid until it returns
     * @throws RefusedException when the driver refused the message
     * @throws IOException when the connection is lost
     */
    <T> T ask(ByteBuffer message, Function<ByteBuffer, T> read, long nanos)
        throws IOException, InterruptedException {
      CompletableFuture<T> answer = new CompletableFuture<>();
      client.sendRpc(
          message,
          new RpcResponseCallback() {
            @Override
            public void onSuccess(ByteBuffer response) {
              try {
                answer.complete(read.apply(response));
              } catch (RuntimeException e) {
                answer.completeExceptionally(e);
              }
            }

            @Override
            public void onFailure(Throwable thrown) {
              answer.completeExceptionally(thrown);
            }
          });
      try {
        return answer.get(nanos, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw new IOException("No answer within %d s".formatted(nanos / 1_000_000_000), e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException lost
            ? new IOException(lost)
            : new RefusedException(e);
      }
    }

    @Override
    public void close() {
      client.close();
      close(factory, context);
    }

    private static void close(TransportClientFactory factory, TransportContext context) {
      factory.close();
      context.close();
    }
  }
}
