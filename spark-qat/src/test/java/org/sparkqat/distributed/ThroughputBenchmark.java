package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.Shard;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.exchange.Exchange;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.ResultShape;
import org.sparkqat.distributed.resident.ExchangeBenchmark;
import org.sparkqat.distributed.resident.Patience;
import org.sparkqat.distributed.resident.ResidentExchange;
import org.sparkqat.distributed.resident.WorkerCount;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.PartialSums;
import org.sparkqat.distributed.worker.Worker;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.TreeSum;

/**
 * Examples a second of resnet20 in QAT with two tasks, against the same steps by two threads
 * without Spark, in turn: {@code spark-qat/benchmarks/throughput.sh}.
 */
final class ThroughputBenchmark {

  private static final Shape SHAPE = new Shape(3, 32, 32);
  private static final int WORKERS = 2;
  private static final int SHARDS = 4;
  private static final int MICRO_BATCH = 32;
  private static final int ROUNDS = 5;
  private static final int STEPS = 8;

  private final TrainingSettings settings = settings();
  private final TrainingStep step;
  private final Schedule schedule;
  private final List<List<Shard>> shards = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(WORKERS);

  private ThroughputBenchmark(List<Shard> all) {
    for (int worker = 0; worker < WORKERS; worker++) {
      ShardRange range = ShardRange.of(worker, WORKERS, SHARDS);
      shards.add(all.subList(range.first(), range.last() + 1));
      workers.add(new Worker(settings.worker()));
    }
    schedule = new Schedule(settings, all.stream().mapToLong(Shard::size).sum());
    step = new TrainingStep(settings, schedule);
  }

  /** One step, however. */
  private interface Way {
    StepResult of(StepOrder order) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(arguments[0])
            .config("spark.ui.enabled", "false")
            .config("spark.locality.wait", "0s")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
    try (SparkSession spark = builder.getOrCreate()) {
      spark.sparkContext().setLogLevel("WARN");
      run(spark, arguments[0]);
    }
  }

  private static void run(SparkSession spark, String master) throws Exception {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    WorkerSpecification worker = settings().worker();
    Broadcast<byte[]> specification = context.broadcast(worker.encode());
    try (ShardGroups groups = ShardGroups.of(data(spark), WORKERS);
        ResidentExchange resident =
            new ResidentExchange(
                context,
                groups,
                worker,
                new WorkerCount(() -> WORKERS, OptionalInt.empty(), SHARDS, 0, 0),
                specification,
                ExchangeSettings.DEFAULT,
                Patience.DEFAULT)) {
      new ThroughputBenchmark(groups.rdd().collect()).compare(master, resident);
    }
  }

  private static TrainingSettings settings() {
    Network network = Zoo.network("resnet20", SHAPE, 10);
    WorkerSpecification worker =
        new WorkerSpecification(
            network,
            InputNormalization.of(
                SHAPE, 255, new double[] {0.5, 0.5, 0.5}, new double[] {0.25, 0.25, 0.25}),
            QuantizationScheme.W8A8,
            new Loss.SoftmaxCrossEntropy(0),
            Clipping.NONE,
            List.of(),
            10,
            MICRO_BATCH,
            SHARDS,
            1,
            EngineChoice.AUTO);
    LearningRate rate = new LearningRate.Constant(0.01, 0);
    return new TrainingSettings(
        worker,
        new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4),
        rate,
        rate,
        new Clipping(1, 0, 0),
        0,
        1,
        1_000,
        TrainingSettings.NEVER);
  }

  private static ShardedDataset data(SparkSession spark) {
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 4 * SHARDS * MICRO_BATCH; i++) {
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
    return ShardedDataset.prepare(spark.createDataFrame(rows, columns), schema, SHARDS, 1);
  }

  private void compare(String master, Exchange resident) throws Exception {
    TrainingState start = start();
    List<Double> bare = new ArrayList<>();
    List<Double> cluster = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      double without = millis(start, this::byThreads);
      double with = millis(start, resident::step);
      if (round > 0) {
        bare.add(without);
        cluster.add(with);
        ratios.add(without / with);
      }
    }
    threads.shutdown();
    workers.forEach(Worker::close);
    System.out.printf(
        "%-26s resnet20 W8A8, %d examples a step: bare %.1f ms, Spark %.1f ms, ratio %.3f%n",
        master,
        settings.globalBatch(),
        ExchangeBenchmark.median(bare),
        ExchangeBenchmark.median(cluster),
        ExchangeBenchmark.median(ratios));
  }

  /** Calibrated on one global batch. */
  private TrainingState start() throws Exception {
    Network network = settings.worker().network();
    float[] parameters = Initialization.parameters(network, 1);
    float[] statistics = Initialization.statistics(network);
    Ranges none = Ranges.empty(ResultShape.of(settings.worker()).ranges());
    StepOrder order =
        new StepOrder(
            0, 0, 0, Arithmetic.CALIBRATION, Normalization.RUNNING, parameters, statistics, none);
    return new TrainingState(
        new Position(Phase.QAT, 0, 0, 0),
        parameters,
        settings.optimizer().initialSlots(network.parameters()),
        statistics,
        byThreads(order).observed(),
        1,
        Map.of());
  }

  private StepResult byThreads(StepOrder order) throws Exception {
    List<Future<PartialSums>> parts = new ArrayList<>();
    for (int thread = 0; thread < WORKERS; thread++) {
      Worker worker = workers.get(thread);
      List<Shard> mine = shards.get(thread);
      parts.add(
          threads.submit(
              () -> {
                PartialSums sums = worker.sums();
                worker.step(order, mine.iterator(), sums::add);
                return sums;
              }));
    }
    TreeSum<StepResult> sum = StepResult.driverSum(SHARDS);
    for (Future<PartialSums> part : parts) {
      part.get().parts().forEach(each -> sum.add(each.node(), each.value()));
    }
    return sum.total();
  }

  /** Of one step, after the first, from the same state. */
  private double millis(TrainingState start, Way way) throws Exception {
    TrainingState state = step.next(start, way.of(schedule.order(start))).state();
    long begin = System.nanoTime();
    for (int i = 0; i < STEPS; i++) {
      state = step.next(state, way.of(schedule.order(state))).state();
    }
    return (System.nanoTime() - begin) / 1e6 / STEPS;
  }
}
