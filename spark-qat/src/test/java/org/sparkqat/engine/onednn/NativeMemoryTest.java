package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Loss;

/** What a plan holds, natively and on the heap, over many steps and many rebuilds. */
class NativeMemoryTest {

  private static final int BATCH = 2;
  private static final int CLASSES = 10;
  private static final DropoutKey KEY = new DropoutKey(1, 2, 3);

  private final Case resnet =
      new Case(Zoo.network("resnet20", new Shape(3, 16, 16), CLASSES), QuantizationScheme.W8A8);

  @Test
  void aThousandStepsHoldNoMoreThanTheSecond() {
    try (OneDnnKernels kernels = OneDnnKernels.create(1);
        Plan plan = resnet.plan(kernels, Normalization.BATCH)) {
      resnet.step(plan);
      resnet.step(plan);
      long held = kernels.liveBytes();
      for (int i = 0; i < 1_000; i++) {
        resnet.step(plan);
      }
      assertThat(kernels.liveBytes()).isEqualTo(held);
    }
  }

  @Test
  void closedPlansLeaveNothing() {
    try (OneDnnKernels kernels = OneDnnKernels.create(1)) {
      resnet.build(kernels, Normalization.BATCH);
      resnet.build(kernels, Normalization.RUNNING);
      long shared = kernels.liveBytes();
      for (int i = 0; i < 20; i++) {
        resnet.build(kernels, i % 2 == 0 ? Normalization.BATCH : Normalization.RUNNING);
        assertThat(kernels.liveBytes()).isEqualTo(shared);
      }
    }
  }

  @Test
  void aNetworkOfTheOtherLayersHoldsNoMoreAndLeavesNothing() {
    Network.Builder net =
        Network.builder("others", new Shape(3, 8, 8))
            .add("bn", Layer.BatchNormalization.DEFAULT)
            .add("conv", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH))
            .add("swish", ActivationFunction.HARD_SWISH)
            .add("joined", new Concatenate(), "swish", "bn");
    new SqueezeExcite(2, ActivationFunction.SIGMOID).addTo(net, "se", "joined");
    net.add("flat", new Layer.Flatten())
        .add("dropout", new Layer.Dropout(0.2f))
        .add("fc", new Layer.FullyConnected(CLASSES, Bias.WITH));
    Case other = new Case(net.build(), asymmetric());
    try (OneDnnKernels kernels = OneDnnKernels.create(1)) {
      other.build(kernels, Normalization.BATCH);
      other.build(kernels, Normalization.RUNNING);
      long shared = kernels.liveBytes();
      for (Normalization normalization : Normalization.values()) {
        try (Plan plan = other.plan(kernels, normalization)) {
          other.step(plan);
          plan.infer(other.raw, new float[BATCH * CLASSES]);
          long held = kernels.liveBytes();
          for (int i = 0; i < 200; i++) {
            other.step(plan);
          }
          assertThat(kernels.liveBytes()).isEqualTo(held);
        }
        assertThat(kernels.liveBytes()).isEqualTo(shared);
      }
    }
  }

  private static QuantizationScheme asymmetric() {
    WeightQuantizer weights = new WeightQuantizer(8, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL);
    return new QuantizationScheme(weights, ActivationQuantizer.DEFAULT, 0, List.of());
  }

  /**
   * With a loss that allocates nothing: what is left are single small objects, 24 to 1,100 bytes,
   * and more of them where coverage is measured.
   */
  @Test
  void aStepAllocatesNothingThatGrowsWithTheNetwork() {
    try (OneDnnKernels kernels = OneDnnKernels.create(1);
        Plan plan = resnet.plan(kernels, Normalization.BATCH)) {
      plan.load(resnet.parameters, resnet.statistics, resnet.ranges);
      LossFunction sum = new SumOfOutputs();
      // Until the compiler has found what need not be allocated.
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .pollDelay(Duration.ZERO)
          .pollInSameThread()
          .until(() -> allocatedByTenSteps(plan, sum) <= 10 * 4096);
    }
  }

  private long allocatedByTenSteps(Plan plan, LossFunction sum) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10; i++) {
      plan.train(resnet.raw, resnet.targets, sum, KEY, resnet.result);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /** The sum of all outputs. */
  private static final class SumOfOutputs implements LossFunction {

    @Override
    public double apply(float[] outputs, Targets targets, float[] diffOutputs) {
      Arrays.fill(diffOutputs, 1f);
      return evaluate(outputs, targets, BATCH);
    }

    @Override
    public double evaluate(float[] outputs, Targets targets, int examples) {
      double sum = 0;
      for (float output : outputs) {
        sum += output;
      }
      return sum;
    }
  }

  /** A network and what a step reads. */
  private static final class Case {

    private final QuantizedGraph graph;
    private final MicroBatchResult result;
    private final float[] parameters;
    private final float[] statistics;
    private final float[] raw;
    private final Targets targets = Targets.ofLabels(CLASSES, BATCH);
    private final Loss loss = new Loss.SoftmaxCrossEntropy(0);
    private final Ranges ranges;

    Case(Network network, QuantizationScheme scheme) {
      this.graph = QuantizedGraph.of(BlockGraph.of(network), scheme);
      this.result = new MicroBatchResult(graph);
      this.parameters = Initialization.parameters(network, 1);
      this.statistics = Initialization.statistics(network);
      this.raw = new float[BATCH * network.inputShape().size()];
      this.ranges = Ranges.empty(graph.slots());
      Random random = new Random(5);
      for (int i = 0; i < raw.length; i++) {
        raw[i] = (float) random.nextGaussian();
      }
      for (int slot = 0; slot < graph.slots(); slot++) {
        ranges.set(slot, new Range(0f, 4f));
      }
    }

    void build(OneDnnKernels kernels, Normalization normalization) {
      long before = kernels.liveBytes();
      try (Plan plan = plan(kernels, normalization)) {
        step(plan);
        plan.infer(raw, new float[BATCH * CLASSES]);
        assertThat(kernels.liveBytes()).isGreaterThan(before);
      }
    }

    Plan plan(OneDnnKernels kernels, Normalization normalization) {
      PlanSettings settings = new PlanSettings(BATCH, Arithmetic.QUANTIZED, normalization);
      Plan plan = Plan.compile(kernels, graph, InputNormalization.identity(3), settings);
      assertThat(plan).isInstanceOf(NativePlan.class);
      return plan;
    }

    void step(Plan plan) {
      plan.load(parameters, statistics, ranges);
      plan.train(raw, targets, loss, KEY, result);
    }
  }
}
