package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.Activation;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

/** One plan serves one micro-batch after the other, and nothing of one reaches the next. */
class PlanTest {

  private static final int BATCH = 4;
  private static final Network NETWORK = network();
  private static final QuantizedGraph GRAPH =
      QuantizedGraph.of(BlockGraph.of(NETWORK), QuantizationScheme.W8A8);
  private static final DropoutKey KEY = new DropoutKey(1, 2, 3);

  /** All kinds of layers, a value with two readers, and a batch normalization on its own. */
  private static Network network() {
    return Network.builder("all", new Shape(2, 8, 7))
        .add("conv1", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH))
        .add("bn1", Layer.BatchNormalization.DEFAULT)
        .add("relu1", new Layer.Relu())
        .add("depthwise", new Layer.Convolution(6, Window.square(3, 1, 1), 6, Bias.WITHOUT))
        .add("relu6", new Layer.Relu6())
        .add("add", new Layer.Add(), "relu6", "relu1")
        .add("bn2", Layer.BatchNormalization.DEFAULT)
        .add("silu", ActivationFunction.SILU)
        .add("joined", new Concatenate(), "silu", "relu6")
        .add("squeeze", new Layer.GlobalAveragePool())
        .add("gate", ActivationFunction.SIGMOID)
        .add("multiply", new Multiply(), "joined", "gate")
        .add("maximum", new Layer.MaxPool(Window.square(2, 2, 0)))
        .add("average", new Layer.AveragePool(Window.square(3, 1, 1)))
        .add("dropout", new Layer.Dropout(0.25f))
        .add("global", new Layer.GlobalAveragePool())
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(3, Bias.WITH))
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void aSecondMicroBatchTrainsAsOnAFreshPlan(Arithmetic arithmetic) {
    GradientCase first = numbers(1);
    GradientCase second = numbers(2);
    MicroBatchResult reused = new MicroBatchResult(GRAPH);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, arithmetic, Normalization.BATCH)) {
      load(plan, first);
      train(plan, first, reused);
      load(plan, second);
      train(plan, second, reused);
    }
    assertSame(reused, fresh(second, arithmetic));
  }

  @ParameterizedTest
  @EnumSource
  void trainingTheSameTwiceGivesTheSameTwice(Arithmetic arithmetic) {
    GradientCase numbers = numbers(3);
    MicroBatchResult reused = new MicroBatchResult(GRAPH);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, arithmetic, Normalization.BATCH)) {
      load(plan, numbers);
      load(plan, numbers);
      train(plan, numbers, reused);
      train(plan, numbers, reused);
    }
    assertSame(reused, fresh(numbers, arithmetic));
  }

  @ParameterizedTest
  @EnumSource
  void inferenceBetweenStepsChangesNothing(Arithmetic arithmetic) {
    GradientCase numbers = numbers(4);
    float[] before = new float[3 * BATCH];
    float[] after = new float[3 * BATCH];
    MicroBatchResult result = new MicroBatchResult(GRAPH);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, arithmetic, Normalization.RUNNING)) {
      load(plan, numbers);
      plan.infer(numbers.raw, before);
      train(plan, numbers, result);
      MicroBatchResult first = copy(result);
      plan.infer(numbers.raw, after);
      assertThat(after).isEqualTo(before);
      plan.infer(numbers(5).raw, after);
      train(plan, numbers, result);
      assertSame(result, first);
    }
  }

  @Test
  void calibrationLeavesNoGradientAndNoLoss() {
    GradientCase numbers = numbers(6);
    MicroBatchResult result = new MicroBatchResult(GRAPH);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, Arithmetic.CALIBRATION, Normalization.RUNNING)) {
      load(plan, numbers);
      train(plan, numbers, result);
      plan.calibrate(numbers.raw, result);
    }
    assertThat(result.gradient()).containsOnly(0f);
    assertThat(result.loss()).isZero();
    assertThat(result.observed().min()).doesNotContain(Float.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void aNanInTheInputIsFoundWhereItStarts(EngineChoice engine) {
    GradientCase numbers = numbers(7);
    numbers.raw[5] = Float.NaN;
    for (Arithmetic arithmetic : Arithmetic.values()) {
      MicroBatchResult result = new MicroBatchResult(GRAPH);
      float[] outputs = new float[3 * BATCH];
      try (Kernels kernels = Engines.open(engine);
          Plan plan = plan(kernels, arithmetic, Normalization.BATCH);
          Plan serving = plan(kernels, arithmetic, Normalization.RUNNING)) {
        load(plan, numbers);
        load(serving, numbers);
        train(plan, numbers, result);
        serving.infer(numbers.raw, outputs);
      }
      assertThat(result.loss()).as("%s", arithmetic).isNaN();
      assertThat(result.firstNonFinite()).isZero();
      assertThat(outputs[0]).as("output of the example with NaN").isNaN();
      assertThat(outputs[3]).as("output of another example").isFinite();
      if (arithmetic == Arithmetic.CALIBRATION || arithmetic == Arithmetic.QUANTIZED) {
        assertThat(result.observed().range(0)).isEqualTo(new Range(Float.NaN, Float.NaN));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void aNanThatAppearsInALayerIsFoundThere(EngineChoice engine) {
    GradientCase numbers = numbers(8);
    numbers.parameters[NETWORK.parameters().parameter("depthwise.weight").offset()] =
        Float.POSITIVE_INFINITY;
    MicroBatchResult result = new MicroBatchResult(GRAPH);
    try (Kernels kernels = Engines.open(engine);
        Plan plan = plan(kernels, Arithmetic.FLOAT, Normalization.BATCH)) {
      load(plan, numbers);
      train(plan, numbers, result);
    }
    assertThat(GRAPH.graph().blocks().get(result.firstNonFinite()).name()).isEqualTo("depthwise");
  }

  @ParameterizedTest
  @EnumSource(
      value = Arithmetic.class,
      names = {"FLOAT", "CALIBRATION", "QUANTIZED"})
  void aNanInTheInputIsNeverACodeInNativeMemory(Arithmetic arithmetic) {
    GradientCase numbers = numbers(7);
    numbers.raw[5] = Float.NaN;
    MicroBatchResult result = new MicroBatchResult(GRAPH);
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN);
        Plan plan = plan(kernels, arithmetic, Normalization.BATCH)) {
      load(plan, numbers);
      train(plan, numbers, result);
    }
    assertThat(result.loss()).isNaN();
    assertThat(result.firstNonFinite()).isZero();
    if (arithmetic != Arithmetic.FLOAT) {
      assertThat(result.observed().range(0)).isEqualTo(new Range(Float.NaN, Float.NaN));
    }
  }

  @Test
  void aFiniteMicroBatchHasNoNonFiniteBlock() {
    assertThat(fresh(numbers(9), Arithmetic.QUANTIZED).firstNonFinite()).isEqualTo(-1);
  }

  @Test
  void aRangeThatIsNotFiniteIsRefused() {
    Ranges ranges = ranges();
    ranges.set(0, new Range(0, Float.NaN));
    GradientCase numbers = numbers(10);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, Arithmetic.QUANTIZED, Normalization.BATCH)) {
      assertThatThrownBy(() -> plan.load(numbers.parameters, numbers.statistics, ranges))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Invalid quantization range");
    }
  }

  @Test
  void aLayerWhoseSumsCouldOverflowIsNamed() {
    Network wide =
        Network.builder("wide", new Shape(70_000))
            .add("narrow", new Layer.FullyConnected(1, Bias.WITHOUT))
            .build();
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(wide), QuantizationScheme.W8A8);
    InputNormalization identity = InputNormalization.identity(70_000);
    PlanSettings quantized = new PlanSettings(1, Arithmetic.QUANTIZED, Normalization.RUNNING);
    PlanSettings real = new PlanSettings(1, Arithmetic.FLOAT, Normalization.RUNNING);
    try (Kernels kernels = new ReferenceKernels()) {
      assertThatThrownBy(() -> Plan.compile(kernels, graph, identity, quantized))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Invalid layer 'narrow': 70000 products of codes can reach 2266950000"
                  + " (allowed: 2^31 - 1; use fewer bits)");
      Plan.compile(kernels, graph, identity, real).close();
    }
  }

  @Test
  void anInputNormalizationOfOtherChannelsIsRefused() {
    PlanSettings settings = new PlanSettings(1, Arithmetic.FLOAT, Normalization.BATCH);
    try (Kernels kernels = new ReferenceKernels()) {
      assertThatThrownBy(
              () -> Plan.compile(kernels, GRAPH, InputNormalization.identity(3), settings))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid input normalization: 3 channels, the network's input has 2");
    }
  }

  private static GradientCase numbers(long seed) {
    return GradientCase.of(NETWORK, BATCH, Normalization.BATCH, new Random(seed));
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void aPlanKnowsWhereTheTimeAndTheMemoryOfAStepWent(EngineChoice engine) {
    GradientCase numbers = numbers(9);
    MicroBatchResult result = new MicroBatchResult(GRAPH);
    for (Arithmetic arithmetic : Arithmetic.values()) {
      try (Kernels kernels = Engines.open(engine);
          Plan plan = plan(kernels, arithmetic, Normalization.BATCH)) {
        long start = System.nanoTime();
        load(plan, numbers);
        train(plan, numbers, result);
        long whole = System.nanoTime() - start;
        StepTimes times = plan.times();
        assertThat(times.load()).isPositive();
        assertThat(times.quantization() > 0).isEqualTo(arithmetic != Arithmetic.FLOAT);
        assertThat(times.forward()).isPositive();
        assertThat(times.loss()).isPositive();
        assertThat(times.backward()).isPositive();
        assertThat(times.load() + times.quantization() + times.forward())
            .isLessThan(whole - times.loss() - times.backward());
        // At least a byte for each of the codes that the second convolution reads.
        assertThat(plan.memory().keptForBackwardBytes()).isGreaterThan(BATCH * 6 * 8 * 7);
        assertThat(plan.memory().peakNativeBytes() > 0).isEqualTo(engine == EngineChoice.ONEDNN);
      }
    }
  }

  private static Plan plan(Kernels kernels, Arithmetic arithmetic, Normalization normalization) {
    PlanSettings settings = new PlanSettings(BATCH, arithmetic, normalization);
    return Plan.compile(kernels, GRAPH, InputNormalization.identity(2), settings);
  }

  private static Ranges ranges() {
    Ranges ranges = Ranges.empty(GRAPH.slots());
    ranges.set(GRAPH.pointOf(BlockGraph.INPUT).firstSlot(), new Range(-1, 2));
    for (Block block : GRAPH.graph().blocks()) {
      // Nothing observes values below 0 after an activation.
      float min = block.activation() == Activation.NONE ? -1 : 0;
      GRAPH
          .outputs()
          .get(block.index())
          .ifPresent(point -> ranges.set(point.firstSlot(), new Range(min, 2)));
    }
    return ranges;
  }

  private static void load(Plan plan, GradientCase numbers) {
    plan.load(numbers.parameters, numbers.statistics, ranges());
  }

  private static void train(Plan plan, GradientCase numbers, MicroBatchResult result) {
    plan.train(numbers.raw, numbers.targets, numbers.loss(), KEY, result);
  }

  private static MicroBatchResult fresh(GradientCase numbers, Arithmetic arithmetic) {
    MicroBatchResult result = new MicroBatchResult(GRAPH);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, arithmetic, Normalization.BATCH)) {
      load(plan, numbers);
      train(plan, numbers, result);
    }
    return result;
  }

  private static MicroBatchResult copy(MicroBatchResult of) {
    MicroBatchResult copy = new MicroBatchResult(GRAPH);
    System.arraycopy(of.gradient, 0, copy.gradient, 0, of.gradient.length);
    System.arraycopy(of.statisticSums, 0, copy.statisticSums, 0, of.statisticSums.length);
    System.arraycopy(of.statisticCounts, 0, copy.statisticCounts, 0, of.statisticCounts.length);
    copy.observed.union(of.observed);
    copy.loss = of.loss;
    copy.saturated = of.saturated;
    return copy;
  }

  /** Bit for bit. */
  private static void assertSame(MicroBatchResult actual, MicroBatchResult expected) {
    assertThat(actual.gradient()).isEqualTo(expected.gradient());
    assertThat(actual.statisticSums()).isEqualTo(expected.statisticSums());
    assertThat(actual.statisticCounts()).isEqualTo(expected.statisticCounts());
    assertThat(actual.observed()).isEqualTo(expected.observed());
    assertThat(actual.loss()).isEqualTo(expected.loss());
    assertThat(actual.saturated()).isEqualTo(expected.saturated());
    assertThat(List.of(actual.firstNonFinite())).containsExactly(expected.firstNonFinite());
  }
}
