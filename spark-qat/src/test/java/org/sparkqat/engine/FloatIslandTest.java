package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.Shape;

/** Layers that stay float among quantized ones. */
class FloatIslandTest {

  private static final int BATCH = 3;
  private static final DropoutKey KEY = new DropoutKey(1, 2, 3);
  private static final Set<Part> ALL = EnumSet.allOf(Part.class);

  /** Sums of 54 products of magnitude 10 at most, in two orders. */
  private static final float ROUNDING = 54 * 10 * 0x1p-23f;

  private static final Network MIXED =
      Network.builder("mixed", new Shape(2, 8, 7))
          .add("conv1", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH))
          .add("bn1", Layer.BatchNormalization.DEFAULT)
          .add("relu1", new Layer.Relu())
          .add("depthwise", new Layer.Convolution(6, Window.square(3, 1, 1), 6, Bias.WITHOUT))
          .add("relu6", new Layer.Relu6())
          .add("add", new Layer.Add(), "relu6", "relu1")
          .add("silu", ActivationFunction.SILU)
          .add("squeeze", new Layer.GlobalAveragePool())
          .add("gate", ActivationFunction.SIGMOID)
          .add("multiply", new Multiply(), "silu", "gate")
          .add("maximum", new Layer.MaxPool(Window.square(2, 2, 0)))
          .add("dropout", new Layer.Dropout(0.25f))
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITH))
          .build();

  private static final Network CHAIN =
      Network.builder("chain", new Shape(2, 6, 5))
          .add("conv1", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH))
          .add("relu1", new Layer.Relu())
          .add("conv2", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITH))
          .add("conv3", new Layer.Convolution(2, Window.square(1, 1, 0), 1, Bias.WITH))
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITH))
          .build();

  private static QuantizedGraph graph(Network network, QuantizationRule... rules) {
    return QuantizedGraph.of(
        BlockGraph.of(network),
        new QuantizationScheme(
            WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT, 0, List.of(rules)));
  }

  static Stream<Arguments> enginesAndNormalizations() {
    return Stream.of(EngineChoice.REFERENCE, EngineChoice.AUTO)
        .flatMap(
            engine -> Stream.of(Normalization.values()).map(each -> Arguments.of(engine, each)));
  }

  @ParameterizedTest
  @MethodSource("enginesAndNormalizations")
  void aNetworkOfIslandsTrainsAsAFloatNetworkBitForBit(
      EngineChoice engine, Normalization normalization) {
    QuantizedGraph islands = graph(MIXED, QuantizationRule.real("*", ALL));
    GradientCase numbers = GradientCase.of(MIXED, BATCH, normalization, new Random(1));
    MicroBatchResult actual =
        numbers.train(engine, islands, Arithmetic.QUANTIZED, Ranges.empty(0)).result();
    MicroBatchResult expected =
        numbers.train(engine, islands, Arithmetic.FLOAT, Ranges.empty(0)).result();
    assertThat(actual.gradient()).isEqualTo(expected.gradient());
    assertThat(actual.statisticSums()).isEqualTo(expected.statisticSums());
    assertThat(actual.loss()).isEqualTo(expected.loss());
    assertThat(actual.observed().slots()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "AUTO"})
  void weightsOfAnIslandThatAreNotFiniteAreNamed(EngineChoice engine) {
    QuantizedGraph graph = graph(CHAIN, QuantizationRule.real("conv2", ALL));
    GradientCase numbers = GradientCase.of(CHAIN, BATCH, Normalization.RUNNING, new Random(5));
    Parameter weight = CHAIN.parameters().parameter("conv2.weight");
    numbers.parameters[weight.offset() + 3] = Float.NaN;
    try (Kernels kernels = Engines.open(engine);
        Plan plan = plan(kernels, graph, numbers, Arithmetic.QUANTIZED)) {
      assertThatThrownBy(
              () -> plan.load(numbers.parameters, numbers.statistics, Ranges.empty(graph.slots())))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageContaining("conv2.weight");
    }
  }

  @Test
  void anIslandPutsOutRealsAndItsNeighboursCodes() {
    QuantizedGraph graph = graph(CHAIN, QuantizationRule.real("conv2", ALL));
    GradientCase numbers = GradientCase.of(CHAIN, BATCH, Normalization.RUNNING, new Random(2));
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, graph, numbers, Arithmetic.QUANTIZED)) {
      plan.load(numbers.parameters, numbers.statistics, ranges(graph));
      plan.infer(numbers.raw, new float[BATCH * 3]);
      assertThat(plan.output(0).isCodes()).isTrue();
      assertThat(plan.output(1).isCodes()).isFalse();
      assertThat(plan.output(2).isCodes()).isTrue();
      float[] expected = convolved(numbers, plan.output(0));
      assertThat(plan.output(1).data()).containsExactly(expected, within(ROUNDING));
    }
  }

  /** What the second convolution gives alone, in float, of the real values of codes. */
  private static float[] convolved(GradientCase numbers, BlockOutput codes) {
    Network alone =
        Network.builder("alone", new Shape(6, 6, 5))
            .add("conv2", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITH))
            .build();
    float[] raw = codes.data().clone();
    for (int i = 0; i < raw.length; i++) {
      raw[i] *= codes.scale();
    }
    float[] parameters = new float[alone.parameters().size()];
    for (Parameter to : alone.parameters().parameters()) {
      Parameter from = CHAIN.parameters().parameter(to.name());
      System.arraycopy(numbers.parameters, from.offset(), parameters, to.offset(), to.size());
    }
    QuantizedGraph graph = graph(alone);
    PlanSettings settings = new PlanSettings(BATCH, Arithmetic.FLOAT, Normalization.RUNNING);
    float[] outputs = new float[BATCH * 4 * 30];
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = Plan.compile(kernels, graph, InputNormalization.identity(6), settings)) {
      plan.load(parameters, new float[0], Ranges.empty(graph.slots()));
      plan.infer(raw, outputs);
    }
    return outputs;
  }

  /** The gradient passes straight through to the weights: none of them is clamped. */
  @Test
  void weightsAloneThatAreQuantizedTrainAsFloatWeightsOfTheirValues() {
    QuantizedGraph graph = graph(CHAIN, QuantizationRule.real("*", Set.of(Part.ACTIVATIONS)));
    GradientCase numbers = GradientCase.of(CHAIN, BATCH, Normalization.RUNNING, new Random(3));
    float[] rounded = numbers.parameters.clone();
    for (Block block : graph.graph().blocks()) {
      if (block.isWeighted()) {
        FoldedWeights folded =
            FoldedWeights.served(
                block,
                graph,
                Arithmetic.QUANTIZED,
                numbers.parameters,
                numbers.statistics,
                Ranges.empty(0));
        float[] values = new float[folded.weight().size()];
        folded.realWeights(values);
        System.arraycopy(values, 0, rounded, folded.weight().offset(), values.length);
      }
    }
    MicroBatchResult actual = train(graph, numbers, Arithmetic.QUANTIZED, numbers.parameters);
    MicroBatchResult expected = train(graph, numbers, Arithmetic.FLOAT, rounded);
    assertThat(rounded).isNotEqualTo(numbers.parameters);
    assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5));
    assertThat(actual.gradient()).containsExactly(expected.gradient(), within(1e-4f));
  }

  @Test
  void oneDnnKeepsIslandsInNativeMemoryAndSaysWhereItMultipliesFloats() {
    QuantizedGraph graph = graph(CHAIN, QuantizationRule.real("conv2", ALL));
    try (Kernels kernels = Engines.open(EngineChoice.AUTO)) {
      ArithmeticInUse inUse = ArithmeticInUse.of(kernels, graph, InputNormalization.identity(2));
      assertThat(inUse.kind()).isEqualTo("float");
      if (kernels.name().equals("onednn")) {
        assertThat(inUse.obstacle()).hasValue("layer 'conv2': its weights stay float");
        GradientCase numbers = GradientCase.of(CHAIN, BATCH, Normalization.BATCH, new Random(4));
        try (Plan plan = plan(kernels, graph, numbers, Arithmetic.QUANTIZED)) {
          assertThat(plan).isNotInstanceOf(HostPlan.class);
        }
      }
    }
  }

  private static MicroBatchResult train(
      QuantizedGraph graph, GradientCase numbers, Arithmetic arithmetic, float[] parameters) {
    MicroBatchResult result = new MicroBatchResult(graph);
    try (Kernels kernels = new ReferenceKernels();
        Plan plan = plan(kernels, graph, numbers, arithmetic)) {
      plan.load(parameters, numbers.statistics, Ranges.empty(graph.slots()));
      plan.train(numbers.raw, numbers.targets, numbers.loss(), KEY, result);
    }
    return result;
  }

  private static Plan plan(
      Kernels kernels, QuantizedGraph graph, GradientCase numbers, Arithmetic arithmetic) {
    PlanSettings settings = new PlanSettings(BATCH, arithmetic, numbers.normalization);
    return Plan.compile(kernels, graph, numbers.inputNormalization, settings);
  }

  private static Ranges ranges(QuantizedGraph graph) {
    Ranges ranges = Ranges.empty(graph.slots());
    for (QuantizationPoint point : graph.points()) {
      ranges.set(point.firstSlot(), new Range(-3, 3));
    }
    return ranges;
  }
}
