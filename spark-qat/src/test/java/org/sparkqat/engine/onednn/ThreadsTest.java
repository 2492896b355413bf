package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Loss;

/** A fixed number of threads gives the same bits from run to run. */
class ThreadsTest {

  private static final int BATCH = 4;
  private static final int CLASSES = 10;
  private static final int STEPS = 2;
  private static final float RATE = 0.05f;

  @ParameterizedTest
  @CsvSource({"resnet20, 2", "lenet5, 2", "lenet5, 3"})
  void trainingWithSeveralThreadsIsRepeatable(String model, int threads) {
    assertThat(train(model, threads)).isEqualTo(train(model, threads));
  }

  /** The parameters after some steps of plain gradient descent. */
  private static float[] train(String model, int threads) {
    Network network = Zoo.network(model, Zoo.usualInput(model), CLASSES);
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), QuantizationScheme.W8A8);
    float[] parameters = Initialization.parameters(network, 1);
    float[] statistics = Initialization.statistics(network);
    Random random = new Random(5);
    float[] raw = new float[BATCH * network.inputShape().size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (float) random.nextGaussian();
    }
    Targets targets = Targets.ofLabels(CLASSES, BATCH);
    for (int i = 0; i < BATCH; i++) {
      targets.labels()[i] = random.nextInt(CLASSES);
    }
    Ranges ranges = Ranges.empty(graph.slots());
    for (int slot = 0; slot < graph.slots(); slot++) {
      ranges.set(slot, new Range(0f, 3f));
    }
    MicroBatchResult result = new MicroBatchResult(graph);
    int channels = network.inputShape().channels();
    try (OneDnnKernels kernels = OneDnnKernels.create(threads);
        Plan plan =
            Plan.compile(
                kernels,
                graph,
                InputNormalization.identity(channels),
                new PlanSettings(BATCH, Arithmetic.QUANTIZED, Normalization.BATCH))) {
      assertThat(plan).isInstanceOf(NativePlan.class);
      for (int step = 0; step < STEPS; step++) {
        plan.load(parameters, statistics, ranges);
        plan.train(
            raw, targets, new Loss.SoftmaxCrossEntropy(0), new DropoutKey(1, step, 0), result);
        float[] next = parameters.clone();
        for (int i = 0; i < next.length; i++) {
          next[i] -= RATE * result.gradient()[i];
        }
        parameters = next;
      }
    }
    return parameters;
  }
}
