package org.sparkqat.distributed;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.resident.ExchangeBenchmark;
import org.sparkqat.distributed.resident.ResidentExchange;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/**
 * What a step costs, and what of it the driver, when the driver merges and updates, and when the
 * workers do so by slices: {@code spark-qat/benchmarks/slices.sh}. Micro-batches of one example
 * keep the computation small.
 */
final class SlicesBenchmark {

  private static final int WORKERS = ExchangeBenchmark.WORKERS;
  private static final int ROUNDS = 3;
  private static final int STEPS = 10;

  /** The driver's processor time and bytes read and written, of which the network is nearly all. */
  private record Spent(double cpuMillis, double megabytes) {

    private static Spent now() throws IOException {
      OperatingSystemMXBean system =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      double bytes = 0;
      for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
        if (line.startsWith("rchar:") || line.startsWith("wchar:")) {
          bytes += Double.parseDouble(line.substring(6));
        }
      }
      return new Spent(system.getProcessCpuTime() / 1e6, bytes / 1e6);
    }
  }

  /** What was measured of one way. */
  private static final class Measured {
    private final List<Double> step = new ArrayList<>();
    private final List<Double> compute = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> bytes = new ArrayList<>();
    private final List<Double> whole = new ArrayList<>();

    private String text() {
      double median = ExchangeBenchmark.median(step);
      return "%10.1f %12.1f %10.1f %10.1f %10.1f"
          .formatted(
              median,
              median - ExchangeBenchmark.median(compute),
              ExchangeBenchmark.median(cpu),
              ExchangeBenchmark.median(bytes),
              ExchangeBenchmark.median(whole));
    }
  }

  private SlicesBenchmark() {}

  /** Arguments: the master, and the widths of the hidden layer: 795 parameters a unit. */
  public static void main(String[] arguments) throws IOException {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(arguments[0])
            .config("spark.ui.enabled", "false")
            .config("spark.executor.memory", "3g")
            .config("spark.locality.wait", "0s")
            // Its bytes are counted among those of the process.
            .config("spark.sparkqat.io.mode", "NIO")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
    try (SparkSession session = builder.getOrCreate()) {
      session.sparkContext().setLogLevel("WARN");
      System.out.printf(
          "%-24s %12s %-7s %10s %12s %10s %10s %10s%n",
          arguments[0],
          "parameters",
          "merged",
          "step ms",
          "coord. ms",
          "driver ms",
          "driver MB",
          "collect ms");
      for (String hidden : List.of(arguments).subList(1, arguments.length)) {
        run(session, Integer.parseInt(hidden));
      }
    }
  }

  private static void run(SparkSession session, int hidden) throws IOException {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    Network network = ExchangeBenchmark.dense(hidden);
    WorkerSpecification worker = ExchangeBenchmark.worker(network);
    TrainingSettings settings =
        new TrainingSettings(
            worker,
            new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 0),
            new LearningRate.Cosine(1e-3, 0, 0),
            new LearningRate.Cosine(1e-3, 0, 0),
            new Clipping(1, 0, 0),
            1,
            1,
            0,
            TrainingSettings.NEVER);
    Broadcast<byte[]> specification = context.broadcast(worker.encode());
    try (ShardedDataset data = ExchangeBenchmark.data(session, WORKERS * 2 * STEPS);
        ShardGroups groups = ShardGroups.of(data, WORKERS);
        ResidentExchange exchange =
            ExchangeBenchmark.resident(context, groups, worker, specification)) {
      Schedule schedule = new Schedule(settings, data.examples());
      TrainingStep step = new TrainingStep(settings, schedule);
      Steps driver = new DriverSteps(schedule, step, exchange);
      Steps workers =
          new SlicedSteps(
              settings,
              schedule,
              step,
              exchange,
              driver,
              new SliceChoice(ExchangeSettings.Slices.ALWAYS, STEPS));
      Measured whole = new Measured();
      Measured sliced = new Measured();
      TrainingState start = start(settings);
      for (int round = 0; round < ROUNDS; round++) {
        TrainingState a = measure(driver, exchange, start, whole, round > 0);
        TrainingState b = measure(workers, exchange, start, sliced, round > 0);
        if (!Arrays.equals(a.parameters(), b.parameters())) {
          throw new IllegalStateException("Invalid result: the two ways differ");
        }
      }
      int parameters = network.parameters().size();
      System.out.printf("%-24s %,12d %-7s %s%n", "", parameters, "driver", whole.text());
      System.out.printf("%-24s %,12d %-7s %s%n", "", parameters, "slices", sliced.text());
    }
  }

  private static TrainingState start(TrainingSettings settings) {
    Network network = settings.worker().network();
    return new TrainingState(
        Position.START,
        Initialization.parameters(network, 1),
        settings.optimizer().initialSlots(network.parameters()),
        Initialization.statistics(network),
        Ranges.empty(QuantizedGraph.of(BlockGraph.of(network), settings.worker().scheme()).slots()),
        0,
        Map.of());
  }

  private static TrainingState measure(
      Steps steps, ResidentExchange exchange, TrainingState start, Measured to, boolean counts)
      throws IOException {
    TrainingState state = start;
    for (int step = 0; step < STEPS; step++) {
      Spent before = Spent.now();
      long began = System.nanoTime();
      state = steps.next(state).state();
      double millis = (System.nanoTime() - began) / 1e6;
      Spent after = Spent.now();
      if (counts && step > 1) {
        to.step.add(millis);
        to.compute.add(exchange.times().slowestCompute() / 1e6);
        to.cpu.add(after.cpuMillis() - before.cpuMillis());
        to.bytes.add(after.megabytes() - before.megabytes());
      }
    }
    long began = System.nanoTime();
    state = steps.whole(state);
    to.whole.add((System.nanoTime() - began) / 1e6);
    exchange.release();
    return state;
  }
}
