package org.sparkqat.distributed.resident;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.exchange.Exchange;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.JobPerStepExchange;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Loss;

/**
 * What a step costs beside its computation, with both exchanges, in one run: {@code
 * spark-qat/benchmarks/exchange.sh}. Micro-batches of one example keep the computation small.
 */
public final class ExchangeBenchmark {

  private static final Shape SHAPE = new Shape(1, 28, 28);
  public static final int WORKERS = 2;
  private static final int ROUNDS = 5;
  private static final int RESIDENT_STEPS = 40;
  private static final int JOB_STEPS = 12;

  private final SparkSession spark;
  private final JavaSparkContext context;

  private ExchangeBenchmark(SparkSession spark) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  public static void main(String[] arguments) throws Exception {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(arguments[0])
            .config("spark.ui.enabled", "false")
            .config("spark.locality.wait", "0s")
            .config("spark.plugins", TransportBenchmark.Plugin.class.getName())
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
    try (SparkSession session = builder.getOrCreate()) {
      session.sparkContext().setLogLevel("WARN");
      ExchangeBenchmark benchmark = new ExchangeBenchmark(session);
      System.out.printf(
          "%-24s %12s %11s %11s %11s %15s %15s %6s%n",
          arguments[0],
          "parameters",
          "job ms",
          "resident ms",
          "compute ms",
          "coord. job",
          "resident",
          "aim");
      Network lenet5 = Zoo.network("lenet5", SHAPE, 10);
      // Young processes: what they run of the network's code is not compiled yet.
      benchmark.run("lenet5, first steps", 4, lenet5);
      benchmark.run("1 MiB", 8, dense(320));
      benchmark.run("16 MiB", 90, dense(5276));
      benchmark.run("lenet5", 4, lenet5);
      TransportBenchmark.run(benchmark.context, WORKERS);
    }
  }

  /** One hidden layer: 795 parameters a unit. */
  public static Network dense(int hidden) {
    return NetworkDescription.read(
        "dense",
        SHAPE,
        List.of(
            Map.of("name", "flatten", "type", "flatten"),
            Map.of("name", "fc1", "type", "fully-connected", "outputs", hidden),
            Map.of("name", "relu1", "type", "relu"),
            Map.of("name", "fc2", "type", "fully-connected", "outputs", 10)));
  }

  /** Micro-batches of one example. */
  public static WorkerSpecification worker(Network network) {
    return new WorkerSpecification(
        network,
        InputNormalization.of(SHAPE, 255, new double[] {0.5}, new double[] {0.25}),
        QuantizationScheme.W8A8,
        new Loss.SoftmaxCrossEntropy(0),
        new Clipping(0, 0, 0),
        List.of(),
        10,
        1,
        WORKERS,
        1,
        EngineChoice.AUTO);
  }

  /** Workers that stay, one for each slot. */
  public static ResidentExchange resident(
      JavaSparkContext context,
      ShardGroups groups,
      WorkerSpecification worker,
      Broadcast<byte[]> specification) {
    return new ResidentExchange(
        context,
        groups,
        worker,
        new WorkerCount(() -> WORKERS, OptionalInt.empty(), WORKERS, 0, 0),
        specification,
        ExchangeSettings.DEFAULT,
        Patience.DEFAULT);
  }

  private void run(String name, int aim, Network network) throws Exception {
    WorkerSpecification worker = worker(network);
    Broadcast<byte[]> specification = context.broadcast(worker.encode());
    int steps = ROUNDS * RESIDENT_STEPS;
    try (ShardedDataset data = data(spark, WORKERS * steps);
        ShardGroups groups = ShardGroups.of(data, WORKERS);
        ResidentExchange resident = resident(context, groups, worker, specification);
        Exchange jobs = new JobPerStepExchange(context, groups, WORKERS, specification, 60)) {
      measure(name, aim, worker, resident, jobs);
    }
  }

  private static void measure(
      String name, int aim, WorkerSpecification worker, ResidentExchange resident, Exchange jobs) {
    List<Double> residentMillis = new ArrayList<>();
    List<Double> jobMillis = new ArrayList<>();
    List<Double> computeMillis = new ArrayList<>();
    float[] parameters = Initialization.parameters(worker.network(), 1);
    for (int round = 0; round < ROUNDS; round++) {
      for (int step = 0; step < RESIDENT_STEPS; step++) {
        int number = round * RESIDENT_STEPS + step;
        double millis = time(resident, order(worker, number, parameters));
        if (round > 0 && step > 0) {
          residentMillis.add(millis);
          computeMillis.add(resident.times().slowestCompute() / 1e6);
        }
      }
      resident.release();
      for (int step = 0; step < JOB_STEPS; step++) {
        double millis = time(jobs, order(worker, round * JOB_STEPS + step, parameters));
        if (round > 0) {
          jobMillis.add(millis);
        }
      }
    }
    double compute = median(computeMillis);
    double job = median(jobMillis);
    double res = median(residentMillis);
    System.out.printf(
        "%-24s %,12d %11.1f %11.1f %11.1f %15.1f %15.1f %6d%n",
        name, parameters.length, job, res, compute, job - compute, res - compute, aim);
  }

  private static StepOrder order(WorkerSpecification worker, int step, float[] parameters) {
    return new StepOrder(
        step,
        0,
        step,
        Arithmetic.FLOAT,
        Normalization.BATCH,
        parameters,
        Initialization.statistics(worker.network()),
        Ranges.empty(QuantizedGraph.of(BlockGraph.of(worker.network()), worker.scheme()).slots()));
  }

  private static double time(Exchange exchange, StepOrder order) {
    long start = System.nanoTime();
    exchange.step(order);
    return (System.nanoTime() - start) / 1e6;
  }

  public static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  public static ShardedDataset data(SparkSession spark, int examples) {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      byte[] image = new byte[SHAPE.size()];
      random.nextBytes(image);
      rows.add(RowFactory.create(image, i % 10));
    }
    StructType columns =
        new StructType()
            .add("image", DataTypes.BinaryType, false)
            .add("label", DataTypes.IntegerType, false);
    ExampleSchema schema =
        new ExampleSchema(List.of("image"), "label", Optional.empty(), SHAPE, 10);
    return ShardedDataset.prepare(spark.createDataFrame(rows, columns), schema, WORKERS, 1);
  }
}
