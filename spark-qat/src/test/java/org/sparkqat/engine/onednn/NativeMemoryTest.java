package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
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
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Loss;

/** What a plan holds, natively and on the heap, over many steps and many rebuilds. */
class NativeMemoryTest {

  private static final int BATCH = 2;
  private static final int CLASSES = 10;
  private static final DropoutKey KEY = new DropoutKey(1, 2, 3);

  private final Network network = Zoo.network("resnet20", new Shape(3, 16, 16), CLASSES);
  private final QuantizedGraph graph =
      QuantizedGraph.of(BlockGraph.of(network), QuantizationScheme.W8A8);
  private final MicroBatchResult result = new MicroBatchResult(graph);
  private final float[] parameters = Initialization.parameters(network, 1);
  private final float[] statistics = Initialization.statistics(network);
  private final float[] raw = new float[BATCH * network.inputShape().size()];
  private final Targets targets = Targets.ofLabels(CLASSES, BATCH);
  private final Loss loss = new Loss.SoftmaxCrossEntropy(0);
  private final Ranges ranges = Ranges.empty(graph.slots());

  NativeMemoryTest() {
    Random random = new Random(5);
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (float) random.nextGaussian();
    }
    for (int slot = 0; slot < graph.slots(); slot++) {
      ranges.set(slot, new Range(0f, 4f));
    }
  }

  @Test
  void aThousandStepsHoldNoMoreThanTheSecond() {
    try (OneDnnKernels kernels = OneDnnKernels.create(1);
        Plan plan = plan(kernels, Normalization.BATCH)) {
      step(plan);
      step(plan);
      long held = kernels.liveBytes();
      for (int i = 0; i < 1_000; i++) {
        step(plan);
      }
      assertThat(kernels.liveBytes()).isEqualTo(held);
    }
  }

  @Test
  void closedPlansLeaveNothing() {
    try (OneDnnKernels kernels = OneDnnKernels.create(1)) {
      build(kernels, Normalization.BATCH);
      build(kernels, Normalization.RUNNING);
      long shared = kernels.liveBytes();
      for (int i = 0; i < 20; i++) {
        build(kernels, i % 2 == 0 ? Normalization.BATCH : Normalization.RUNNING);
        assertThat(kernels.liveBytes()).isEqualTo(shared);
      }
    }
  }

  private void build(OneDnnKernels kernels, Normalization normalization) {
    long before = kernels.liveBytes();
    try (Plan plan = plan(kernels, normalization)) {
      step(plan);
      plan.infer(raw, new float[BATCH * CLASSES]);
      assertThat(kernels.liveBytes()).isGreaterThan(before);
    }
  }

  /** With a loss that allocates nothing either. */
  @Test
  void aStepAllocatesNothingOnTheHeap() {
    try (OneDnnKernels kernels = OneDnnKernels.create(1);
        Plan plan = plan(kernels, Normalization.BATCH)) {
      plan.load(parameters, statistics, ranges);
      LossFunction sum = new SumOfOutputs();
      // Until the compiler has found what need not be allocated.
      Awaitility.await()
          .atMost(Duration.ofMinutes(3))
          .pollDelay(Duration.ZERO)
          .pollInSameThread()
          .until(() -> allocatedByTenSteps(plan, sum) == 0);
    }
  }

  private long allocatedByTenSteps(Plan plan, LossFunction sum) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10; i++) {
      plan.train(raw, targets, sum, KEY, result);
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

  private Plan plan(OneDnnKernels kernels, Normalization normalization) {
    PlanSettings settings = new PlanSettings(BATCH, Arithmetic.QUANTIZED, normalization);
    Plan plan = Plan.compile(kernels, graph, InputNormalization.identity(3), settings);
    assertThat(plan).isInstanceOf(NativePlan.class);
    return plan;
  }

  private void step(Plan plan) {
    plan.load(parameters, statistics, ranges);
    plan.train(raw, targets, loss, KEY, result);
  }
}
