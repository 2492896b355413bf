package org.sparkqat.distributed.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.transport.Answer;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.worker.WorkerSpecification;

/** Reaches every executor with a tiny task, which looks around and connects to the driver. */
public final class ClusterProbe {

  private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\s*(\\d+).*");
  private static final String DRIVER = "driver";
  private static final int ROUNDS = 10;
  private static final int KNOCKS = 8;

  /** A task holds its slot for a moment, so that the others go to other slots. */
  private static final long HOLD_MILLIS = 300;

  private static final long PATIENCE_SECONDS = 30;
  private static final long SETTLED_SECONDS = 3;
  private static final long TICK_MILLIS = 100;
  private static final long ANSWER_SECONDS = 10;

  private final SparkContext context;
  private final SparkSession session;
  private final Optional<WorkerSpecification> job;
  private final ExchangeSettings exchange;

  /**
   * A probe of a session's cluster.
   *
   * @param job whose network is tried on every executor
   * @param exchange which port the driver listens on; with {@link
   *     ExchangeSettings.Mode#JOB_PER_STEP} nothing is connected
   */
  public ClusterProbe(
      SparkSession session, Optional<WorkerSpecification> job, ExchangeSettings exchange) {
    this.session = session;
    this.context = session.sparkContext();
    this.job = job;
    this.exchange = exchange;
  }

  /** Waits a little for executors that are still to come, and asks every one. */
  public ClusterFacts run() {
    int expected = expected(context.getConf());
    // Where executors come and go, they come for tasks that wait.
    JavaFutureAction<Void> knock =
        session.range(0, KNOCKS, 1, KNOCKS).javaRDD().foreachPartitionAsync(part -> {});
    try {
      awaitExecutors(expected);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      knock.cancel(true);
    }
    ExecutorFacts driver = ExecutorFacts.here(DRIVER, SparkInternals.host(), job, Optional.empty());
    if (exchange.mode() == ExchangeSettings.Mode.JOB_PER_STEP) {
      return facts(expected, driver, 0, Optional.empty());
    }
    try (SparkInternals.Server server = new SparkInternals.Server(exchange.port(), new Echo())) {
      return facts(expected, driver, server.port(), Optional.empty());
    } catch (RuntimeException e) {
      return facts(expected, driver, 0, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  private ClusterFacts facts(
      int expected, ExecutorFacts driver, int port, Optional<String> listenProblem) {
    Map<String, ExecutorFacts> found = new TreeMap<>();
    int slots = SparkInternals.slots(context);
    for (int round = 0; round < ROUNDS && slots > 0 && found.size() < registered(); round++) {
      ask(slots, port).forEach(each -> found.put(each.id(), each));
    }
    return new ClusterFacts(
        slots,
        expected,
        driver,
        List.copyOf(found.values()),
        Math.max(0, registered() - found.size()),
        listenProblem);
  }

  private List<ExecutorFacts> ask(int slots, int port) {
    Visit visit =
        new Visit(
            job.map(WorkerSpecification::encode).orElse(null), SparkInternals.driverHost(), port);
    List<byte[]> answers = session.range(0, slots, 1, slots).javaRDD().map(visit).collect();
    return answers.stream().map(ExecutorFacts::decode).toList();
  }

  /** Executors that Spark knows of; the driver counts where it runs the tasks itself. */
  private int registered() {
    int all = context.statusTracker().getExecutorInfos().length;
    return context.isLocal() ? 1 : all - 1;
  }

  private void awaitExecutors(int expected) throws InterruptedException {
    long start = System.nanoTime();
    long changed = start;
    int before = 0;
    while (seconds(start) < PATIENCE_SECONDS) {
      int now = registered();
      changed = now == before ? changed : System.nanoTime();
      before = now;
      boolean settled = expected > 0 ? now >= expected : now > 0 && isSettled(changed);
      if (settled || context.isLocal()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
    }
  }

  private static boolean isSettled(long changed) {
    return seconds(changed) >= SETTLED_SECONDS;
  }

  private static long seconds(long since) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
  }

  /** How many executors the settings ask for; 0: they leave it open. */
  static int expected(SparkConf conf) {
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      return conf.getInt("spark.dynamicAllocation.minExecutors", 0);
    }
    Matcher cluster = LOCAL_CLUSTER.matcher(conf.get("spark.master", ""));
    return cluster.matches()
        ? Integer.parseInt(cluster.group(1))
        : conf.getInt("spark.executor.instances", 0);
  }

  /** Sends back what it is sent. */
  private static final class Echo implements SparkInternals.Receiver {
    @Override
    public void receive(Object connection, ByteBuffer message, Answer answer) {
      ByteBuffer copy = ByteBuffer.allocate(message.remaining());
      answer.send(copy.put(message).flip());
    }

    @Override
    public void lost(Object connection) {}
  }

  /**
   * What a task does.
   *
   * @param job encoded; null: none
   * @param port of the driver; 0: nothing is connected
   */
  private record Visit(byte @Nullable [] job, String host, int port)
      implements Function<Long, byte[]> {

    @Override
    public byte[] call(Long number) throws InterruptedException {
      TimeUnit.MILLISECONDS.sleep(HOLD_MILLIS);
      return ExecutorFacts.here(
              SparkEnv.get().executorId(),
              SparkInternals.host(),
              Optional.ofNullable(job).map(WorkerSpecification::decode),
              port == 0 ? Optional.empty() : connectionProblem())
          .encode();
    }

    private Optional<String> connectionProblem() throws InterruptedException {
      try (SparkInternals.Connection connection = SparkInternals.Connection.to(host, port)) {
        int answer =
            connection.ask(
                ByteBuffer.allocate(Integer.BYTES).putInt(port).flip(),
                ByteBuffer::getInt,
                TimeUnit.SECONDS.toNanos(ANSWER_SECONDS));
        return answer == port ? Optional.empty() : Optional.of("the answer is not the driver's");
      } catch (IOException e) {
        return Optional.of("%s:%d: %s".formatted(host, port, firstLine(e)));
      }
    }

    private static String firstLine(IOException failure) {
      return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
  }
}
