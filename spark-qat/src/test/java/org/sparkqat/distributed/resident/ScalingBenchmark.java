package org.sparkqat.distributed.resident;

import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.distributed.protocol.ResidentProtocol;
import org.sparkqat.distributed.protocol.ResultShape;
import org.sparkqat.distributed.protocol.StepRound;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.GradientForm;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Optimizer;

/**
 * The driver with up to 256 simulated workers of another process, over loopback; the cost model
 * that fits; and what it predicts: {@code spark-qat/benchmarks/scaling.sh}.
 */
final class ScalingBenchmark {

  static final int RANGES = 20;
  private static final int WARMUP = 4;
  private static final long RUN = 1;

  /** Parameters of models, in predictions. */
  private static final int[] MODELS = {300_000, 4_000_000, 25_000_000};

  private ScalingBenchmark() {}

  static SparkSession session() {
    return SparkSession.builder()
        .master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate();
  }

  public static void main(String[] arguments) throws Exception {
    int most = arguments.length == 0 ? 256 : Integer.parseInt(arguments[0]);
    List<ScalingModel.Sample> samples = new ArrayList<>();
    Process others = start();
    try (SparkSession spark = session();
        Writer orders = others.outputWriter(StandardCharsets.UTF_8)) {
      spark.sparkContext().setLogLevel("WARN");
      System.out.printf(
          "%10s %8s %9s %10s %14s %14s%n",
          "parameters", "workers", "encoding", "step ms", "driver cpu ms", "workers cpu ms");
      // Compiles what the figures are about.
      for (int i = 0; i < 4; i++) {
        measure(others, orders, 4, 62_000, GradientEncoding.FLOAT32);
        measure(others, orders, 4, 62_000, GradientEncoding.INT8);
      }
      System.out.println();
      for (int workers = 1; workers <= most; workers *= 4) {
        samples.add(measure(others, orders, workers, 62_000, GradientEncoding.FLOAT32));
        samples.add(measure(others, orders, workers, 300_000, GradientEncoding.FLOAT32));
        samples.add(measure(others, orders, workers, 300_000, GradientEncoding.INT8));
        if (workers <= 64) {
          samples.add(measure(others, orders, workers, 1_000_000, GradientEncoding.FLOAT32));
        }
        if (workers <= 16) {
          samples.add(measure(others, orders, workers, 4_000_000, GradientEncoding.FLOAT32));
        }
      }
    }
    report(ScalingModel.fit(samples), samples);
  }

  private static ScalingModel.Sample measure(
      Process others, Writer orders, int workers, int parameters, GradientEncoding encoding)
      throws Exception {
    ResultShape shape = new ResultShape(parameters, RANGES, 0, 0, 0, 0);
    ResidentProtocol protocol =
        new ResidentProtocol(RUN, workers, workers, shape, System::nanoTime);
    Simulation driver = new Simulation(protocol, workers, parameters, encoding);
    int steps = (int) Math.max(8, Math.min(100, 2e8 / (4.0 * workers * parameters)));
    try (Endpoint endpoint = new Endpoint(0)) {
      endpoint.serve(protocol);
      orders.write("127.0.0.1 %d %d %d %d%n".formatted(endpoint.port(), RUN, workers, parameters));
      orders.flush();
      for (int step = 0; step < WARMUP; step++) {
        driver.step();
      }
      double cpu = cpu();
      double theirs = cpu(others);
      long begin = System.nanoTime();
      for (int step = 0; step < steps; step++) {
        driver.step();
      }
      double wall = (System.nanoTime() - begin) / 1e6 / steps;
      double mine = (cpu() - cpu) / steps;
      theirs = (cpu(others) - theirs) / steps;
      protocol.end();
      System.out.printf(
          Locale.ROOT,
          "%,10d %8d %9s %10.2f %14.2f %14.2f%n",
          parameters,
          workers,
          encoding.name().toLowerCase(Locale.ROOT),
          wall,
          mine,
          theirs);
      double up = ScalingModel.megabytes(parameters, encoding.bytes());
      double down = ScalingModel.megabytes(parameters, 4);
      return new ScalingModel.Sample(workers, parameters, up, down, mine);
    }
  }

  private static Process start() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SimulatedWorkers.class.getName());
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static double cpu() {
    return cpu(ProcessHandle.current());
  }

  private static double cpu(Process process) {
    return cpu(process.toHandle());
  }

  /** Processor time in milliseconds. */
  private static double cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
  }

  /** The driver's part of a step, without Spark's. */
  private static final class Simulation {

    private final ResidentProtocol protocol;
    private final int workers;
    private final GradientForm form;
    private final ParameterLayout layout;
    private final Optimizer optimizer = new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4);
    private float[] parameters;
    private float[][] slots;
    private long step;

    private Simulation(
        ResidentProtocol protocol, int workers, int size, GradientEncoding encoding) {
      this.protocol = protocol;
      this.workers = workers;
      this.form =
          encoding == GradientEncoding.FLOAT32
              ? GradientForm.PLAIN
              : new GradientForm(encoding, GradientForm.Feedback.START);
      this.layout =
          ParameterLayout.builder().add("weight", Parameter.Kind.WEIGHT, new Shape(size)).build();
      this.parameters = new float[size];
      this.slots = optimizer.initialSlots(layout);
    }

    private void step() throws InterruptedException {
      StepOrder order =
          new StepOrder(
              step,
              0,
              0,
              Arithmetic.FLOAT,
              Normalization.BATCH,
              parameters,
              new float[0],
              Ranges.empty(RANGES),
              form);
      StepRound round = StepRound.of(order, workers);
      protocol.begin(round);
      while (!protocol.awaitStep(1000)) {
        // Workers that start take a while.
      }
      protocol.close();
      StepResult result = round.result();
      new Clipping(1, 0, 0)
          .apply(result.gradient(), 1f / result.shards(), parameters, layout, Loops.PARALLEL);
      parameters = parameters.clone();
      slots = new float[][] {slots[0].clone()};
      step++;
      optimizer.update(parameters, result.gradient(), slots, layout, 1e-3, step, Loops.PARALLEL);
    }
  }

  private static void report(ScalingModel model, List<ScalingModel.Sample> samples) {
    System.out.printf(
        Locale.ROOT,
        "%nThe driver's processors, in ms: %.2f a step, %.3f a worker, %.3f a megabyte of a worker, %.2f a million parameters%n",
        model.fixed(),
        model.message(),
        model.megabyte(),
        model.million());
    for (ScalingModel.Sample s : samples) {
      System.out.printf(
          Locale.ROOT,
          "%,10d parameters, %3d workers: %8.2f measured, %8.2f fitted%n",
          s.parameters(),
          s.workers(),
          s.cpu(),
          model.cpu(s.workers(), s.parameters(), s.up(), s.down()));
    }
    for (double gigabits : new double[] {10, 25}) {
      System.out.printf(
          Locale.ROOT, "%nms of a step beside its computation at %.0f Gb/s%n", gigabits);
      System.out.printf("%10s", "workers");
      for (int parameters : MODELS) {
        String name = "%.1f M".formatted(parameters / 1e6);
        System.out.printf("%12s %10s %10s", name, "int8", "slices");
      }
      System.out.println();
      for (int workers = 8; workers <= 512; workers *= 2) {
        System.out.printf("%10d", workers);
        for (int parameters : MODELS) {
          System.out.printf(
              Locale.ROOT,
              "%12.1f %10.1f %10.1f",
              model.star(workers, parameters, 4, gigabits),
              model.star(workers, parameters, 35 / 32.0, gigabits),
              model.slices(workers, parameters, gigabits));
        }
        System.out.println();
      }
    }
  }
}
