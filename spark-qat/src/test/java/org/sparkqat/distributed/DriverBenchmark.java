package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.TreeSum;

/**
 * What the driver does with the gradients of eight workers, against the time to read them once:
 * {@code spark-qat/benchmarks/driver.sh}.
 */
final class DriverBenchmark {

  private static final int WORKERS = 8;
  private static final int HIDDEN = 31_446;
  private static final int ROUNDS = 15;
  private static final Shape SHAPE = new Shape(1, 28, 28);

  private final TrainingSettings settings = settings();
  private final Network network = settings.worker().network();
  private final float[][] gradients = new float[WORKERS][];
  private final int[][] bytes = new int[2][network.parameters().size()];
  private final TrainingStep step =
      new TrainingStep(settings, new Schedule(settings, WORKERS * 1_000_000L));
  private TrainingState state = start();

  private DriverBenchmark() {
    for (int worker = 0; worker < WORKERS; worker++) {
      gradients[worker] = Initialization.parameters(network, worker);
    }
  }

  public static void main(String[] arguments) {
    new DriverBenchmark().run();
  }

  private static TrainingSettings settings() {
    Network network =
        NetworkDescription.read(
            "dense",
            SHAPE,
            List.of(
                Map.of("name", "flatten", "type", "flatten"),
                Map.of("name", "fc1", "type", "fully-connected", "outputs", HIDDEN),
                Map.of("name", "relu1", "type", "relu"),
                Map.of("name", "fc2", "type", "fully-connected", "outputs", 10)));
    WorkerSpecification worker =
        new WorkerSpecification(
            network,
            InputNormalization.of(SHAPE, 255, new double[] {0.5}, new double[] {0.25}),
            QuantizationScheme.W8A8,
            new Loss.SoftmaxCrossEntropy(0),
            Clipping.NONE,
            List.of(),
            10,
            1,
            WORKERS,
            1,
            EngineChoice.AUTO);
    LearningRate rate = new LearningRate.Constant(0.01, 0);
    return new TrainingSettings(
        worker,
        new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4),
        rate,
        rate,
        new Clipping(1, 0, 0),
        1,
        1,
        1,
        TrainingSettings.NEVER);
  }

  private TrainingState start() {
    return new TrainingState(
        Position.START,
        Initialization.parameters(network, 1),
        settings.optimizer().initialSlots(network.parameters()),
        Initialization.statistics(network),
        Ranges.empty(slots()),
        0,
        Map.of());
  }

  private int slots() {
    return QuantizedGraph.of(BlockGraph.of(network), settings.worker().scheme()).slots();
  }

  private StepResult result(int worker) {
    return new StepResult(
        gradients[worker].clone(),
        Ranges.empty(slots()),
        new long[0],
        new double[0],
        new double[0],
        new long[0],
        1,
        0,
        1,
        ClipTotals.EMPTY,
        StepResult.ALL_FINITE);
  }

  private void run() {
    List<Double> reads = new ArrayList<>();
    List<Double> merges = new ArrayList<>();
    List<Double> updates = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      reads.add(millis(this::read));
      List<StepResult> results = IntStream.range(0, WORKERS).mapToObj(this::result).toList();
      TreeSum<StepResult> sum = StepResult.driverSum(WORKERS);
      merges.add(
          millis(
              () -> {
                for (int worker = 0; worker < WORKERS; worker++) {
                  sum.add(worker, results.get(worker));
                }
              }));
      updates.add(millis(() -> update(sum.total())));
    }
    double read = median(reads);
    double gigabytes = 4e-9 * WORKERS * network.parameters().size();
    System.out.printf(
        "%d gradients of %,d parameters: %.2f GB%n", WORKERS, gradients[0].length, gigabytes);
    print("read once", read, read);
    print("merge", median(merges), read);
    print("mean, clip, SGD momentum", median(updates), read);
    print("together", median(merges) + median(updates), read);
  }

  private static void print(String what, double millis, double read) {
    System.out.printf("%-28s %8.1f ms %6.2f of read%n", what, millis, millis / read);
  }

  private void update(StepResult result) {
    TrainingState next = step.next(state, result).state();
    if (next.position().phase() != Phase.FLOAT) {
      throw new IllegalStateException("Cannot measure: the phase has ended");
    }
    step.reclaim(state, next);
    state = next;
  }

  /**
   * Reads as many bytes, with as many threads as there are processors: 100 MB each, again and
   * again.
   */
  private void read() {
    int total =
        IntStream.range(0, bytes.length)
            .parallel()
            .map(
                each -> {
                  int sum = 0;
                  for (int pass = 0; pass < WORKERS / bytes.length; pass++) {
                    sum += sum(bytes[each]);
                  }
                  return sum;
                })
            .sum();
    if (total != 0) {
      throw new IllegalStateException("Cannot measure: the memory holds something else");
    }
  }

  /** Integers, because C2 adds them in vectors. */
  private static int sum(int[] values) {
    int sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i];
    }
    return sum;
  }

  private static double millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
