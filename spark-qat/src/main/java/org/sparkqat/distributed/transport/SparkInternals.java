package org.sparkqat.distributed.transport;

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
import org.apache.spark.TaskKilledException;
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
public final class SparkInternals {

  /** The local property with what Spark's pages say of a job. */
  public static final String DESCRIPTION = "spark.job.description";

  private static final String MODULE = "sparkqat";

  private SparkInternals() {}

  /** Tasks that the cluster can run at once now. */
  public static int slots(SparkContext context) {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }

  /** Where the executors find the driver. */
  public static String driverHost() {
    return SparkEnv.get().conf().get("spark.driver.host");
  }

  /** The host of this process, as Spark knows it. */
  public static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }

  /** What to throw when the thread of a task was interrupted: the task ends. */
  public static TaskKilledException killed() {
    Thread.currentThread().interrupt();
    return new TaskKilledException("the job has ended");
  }

  private static TransportConf transport(int threads) {
    return SparkVersioned.transportConf(SparkEnv.get(), MODULE, threads);
  }

  /** Takes messages; called by the threads of the network, which must not be held up. */
  public interface Receiver {

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

  /** Where messages are taken. */
  public static final class Server implements AutoCloseable {

    private final TransportContext context;
    private final TransportServer server;

    /**
     * Listens on the driver's address.
     *
     * @param port 0: any
     */
    public Server(int port, Receiver receiver) {
      this(
          SparkEnv.get().conf().get("spark.driver.bindAddress", driverHost()),
          port,
          transport(0),
          receiver);
    }

    private Server(String address, int port, TransportConf conf, Receiver receiver) {
      SparkEnv environment = SparkEnv.get();
      List<TransportServerBootstrap> bootstraps =
          environment.securityManager().isAuthenticationEnabled()
              ? List.of(new AuthServerBootstrap(conf, environment.securityManager()))
              : List.of();
      this.context = new TransportContext(conf, new Handler(receiver));
      try {
        this.server = context.createServer(address, port, bootstraps);
      } catch (Exception e) {
        // Not narrower: a port that is taken is an IOException, which Spark does not declare.
        context.close();
        throw new IllegalStateException(
            "Failed to listen on %s:%d: %s".formatted(address, port, e.getMessage()), e);
      }
    }

    /** Listens on this process's own address, wherever it is, at any free port. */
    public static Server ofTask(Receiver receiver) {
      return new Server(host(), 0, transport(1), receiver);
    }

    public int port() {
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
  public static final class RefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private RefusedException(ExecutionException failure) {
      super(String.valueOf(failure.getMessage()).lines().findFirst().orElse(""), failure);
    }
  }

  /** Opens connections, which share their threads. */
  public static final class Connector implements AutoCloseable {

    private final TransportContext context;
    private final TransportClientFactory factory;

    public Connector() {
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
    }

    /** A connection, to be closed before this. */
    public Connection open(String host, int port) throws IOException, InterruptedException {
      return new Connection(factory.createUnmanagedClient(host, port), () -> {});
    }

    @Override
    public void close() {
      factory.close();
      context.close();
    }
  }

  /** One connection to who takes messages. */
  public static final class Connection implements AutoCloseable {

    private final TransportClient client;
    private final Runnable release;

    private Connection(TransportClient client, Runnable release) {
      this.client = client;
      this.release = release;
    }

    /** A connection with threads of its own. */
    public static Connection to(String host, int port) throws IOException, InterruptedException {
      Connector connector = new Connector();
      try {
        return new Connection(
            connector.factory.createUnmanagedClient(host, port), connector::close);
      } catch (IOException | InterruptedException | RuntimeException e) {
        connector.close();
        throw e;
      }
    }

    /**
     * Sends a message; what comes of its answer, or why none comes.
     *
     * @param read reads the answer, whose bytes are valid until it returns
     */
    public <T> CompletableFuture<T> send(ByteBuffer message, Function<ByteBuffer, T> read) {
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
      return answer;
    }

    /**
     * Sends a message and waits for its answer.
     *
     * @param read reads the answer, whose bytes are valid until it returns
     * @throws RefusedException when the other side refused the message
     * @throws IOException when the connection is lost
     */
    public <T> T ask(ByteBuffer message, Function<ByteBuffer, T> read, long nanos)
        throws IOException, InterruptedException {
      try {
        return send(message, read).get(nanos, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        throw new IOException("No answer within %d s".formatted(nanos / 1_000_000_000), e);
      } catch (ExecutionException e) {
        throw failure(e);
      }
    }

    /** What to throw when {@link #send} has failed. */
    static IOException failure(ExecutionException e) {
      return e.getCause() instanceof IOException lost
          ? new IOException(lost)
          : new RefusedException(e);
    }

    @Override
    public void close() {
      client.close();
      release.run();
    }
  }
}
