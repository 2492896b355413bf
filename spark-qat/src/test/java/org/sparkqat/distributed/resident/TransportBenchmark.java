package org.sparkqat.distributed.resident;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.sparkqat.distributed.transport.Answer;
import org.sparkqat.distributed.transport.SparkInternals;

/**
 * The two ways a task can talk to the driver with Spark's own means: a question of n bytes that is
 * answered with n bytes, from all workers at once.
 */
final class TransportBenchmark {

  private static final int WARMUP = 10;
  private static final int MESSAGES = 40;

  private TransportBenchmark() {}

  /** Answers with the bytes of the question. */
  public static final class Plugin implements SparkPlugin {

    @Override
    public DriverPlugin driverPlugin() {
      return new DriverPlugin() {
        @Override
        public Map<String, String> init(SparkContext context, PluginContext plugin) {
          Executor.plugin = plugin;
          return Map.of();
        }

        @Override
        public Object receive(Object message) {
          return message;
        }
      };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
      return new Executor();
    }
  }

  private static final class Executor implements ExecutorPlugin {

    private static volatile PluginContext plugin;

    @Override
    public void init(PluginContext context, Map<String, String> settings) {
      plugin = context;
    }
  }

  private static final class Echo implements SparkInternals.Receiver {

    @Override
    public void receive(Object connection, ByteBuffer message, Answer answer) {
      byte[] bytes = new byte[message.remaining()];
      message.get(bytes);
      answer.send(ByteBuffer.wrap(bytes));
    }

    @Override
    public void lost(Object connection) {}
  }

  /** One question and its answer. */
  private interface Question {
    int ask(byte[] message) throws Exception;
  }

  static void run(JavaSparkContext context, int workers) {
    System.out.printf("%-24s %12s %12s%n", "question and answer", "plugin ms", "network ms");
    try (SparkInternals.Server server = new SparkInternals.Server(0, new Echo())) {
      String host = SparkInternals.driverHost();
      int port = server.port();
      for (int bytes : new int[] {1 << 10, 256 << 10, 1 << 20, 16 << 20}) {
        List<Integer> tasks = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
          tasks.add(i);
        }
        List<double[]> medians =
            context.parallelize(tasks, workers).map(task -> medians(host, port, bytes)).collect();
        System.out.printf(
            "%-24s %12.2f %12.2f%n",
            bytes + " bytes",
            medians.stream().mapToDouble(each -> each[0]).max().orElseThrow(),
            medians.stream().mapToDouble(each -> each[1]).max().orElseThrow());
      }
    }
  }

  private static double[] medians(String host, int port, int bytes) throws Exception {
    double plugin = median(bytes, message -> ((byte[]) Executor.plugin.ask(message)).length);
    try (SparkInternals.Connection connection = SparkInternals.Connection.to(host, port)) {
      double network =
          median(
              bytes,
              message ->
                  connection.ask(
                      ByteBuffer.wrap(message),
                      answer -> {
                        byte[] copy = new byte[answer.remaining()];
                        answer.get(copy);
                        return copy.length;
                      },
                      60_000_000_000L));
      return new double[] {plugin, network};
    }
  }

  private static double median(int bytes, Question question) throws Exception {
    byte[] message = new byte[bytes];
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < WARMUP + MESSAGES; i++) {
      long start = System.nanoTime();
      int answered = question.ask(message);
      if (answered != bytes) {
        throw new AssertionError(answered + " bytes instead of " + bytes);
      }
      if (i >= WARMUP) {
        millis.add((System.nanoTime() - start) / 1e6);
      }
    }
    return ExchangeBenchmark.median(millis);
  }
}
