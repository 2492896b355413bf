package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.tensor.Shape;

/** Which networks run in native memory, and which of their layers multiply 8-bit integers. */
class SupportTest {

  @BeforeAll
  static void here() {
    assumeTrue(InstructionSet.compares() && InstructionSet.hasIntegerDotProduct());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mlp", "lenet5", "resnet20", "resnet56", "mobilenetv2-cifar", "vgg-small"})
  void everyNetworkOfTheZooMultipliesIntegersInNativeMemory(String name) {
    Shape shape = name.equals("lenet5") ? new Shape(1, 28, 28) : new Shape(3, 32, 32);
    QuantizedGraph graph = graph(Zoo.network(name, shape, 10), QuantizationScheme.W8A8);
    assertThat(obstacles(graph)).isEmpty();
    assertThat(inFloats(graph)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void layersThatStayFloatMultiplyFloatsInNativeMemory(Part part) {
    Network network = Zoo.network("mobilenetv2-cifar", new Shape(3, 32, 32), 10);
    for (String layer : List.of("input", "stem", "*.expand", "fc", "*")) {
      QuantizationScheme scheme =
          QuantizationScheme.W8A8.rules(List.of(QuantizationRule.real(layer, Set.of(part))));
      assertThat(obstacles(graph(network, scheme))).isEmpty();
    }
    QuantizationRule first = QuantizationRule.real("input", Set.of(Part.ACTIVATIONS));
    QuantizationRule last = QuantizationRule.real("fc", Set.of(Part.WEIGHTS));
    assertThat(inFloats(graph(network, QuantizationScheme.W8A8.rules(List.of(first, last)))))
        .containsExactly("its input stays float", "its weights stay float");
  }

  @ParameterizedTest
  @EnumSource
  void soDoesANetworkOfAllLayers(ActivationFunction function) {
    Network.Builder net =
        Network.builder("all", new Shape(3, 8, 8))
            .add("bn", Layer.BatchNormalization.DEFAULT)
            .add("conv", convolution(6))
            .add("function", function)
            .add("joined", new Concatenate(), "function", "bn");
    new SqueezeExcite(2, ActivationFunction.HARD_SIGMOID).addTo(net, "se", "joined");
    net.add("flat", new Layer.Flatten())
        .add("dropout", new Layer.Dropout(0.2f))
        .add("fc", new Layer.FullyConnected(4, Bias.WITH));
    QuantizedGraph graph = graph(net.build(), QuantizationScheme.W8A8);
    assertThat(obstacles(graph)).isEmpty();
    assertThat(inFloats(graph)).isEmpty();
  }

  @Test
  void asymmetricWeightsOfEightBitsAreMultipliedInFloats() {
    assertThat(inFloats(weights(8)))
        .containsExactly("asymmetric weights of 8 bits have 9 less their zero points");
    assertThat(inFloats(weights(7))).isEmpty();
  }

  @Test
  void codesThatAreNoBytesAreMultipliedInFloats() {
    QuantizationScheme w8a8 = QuantizationScheme.W8A8;
    ActivationQuantizer signed =
        new ActivationQuantizer(
            CodeFormat.signed(8, Symmetry.ASYMMETRIC),
            Granularity.PER_TENSOR,
            w8a8.activations().observer());
    WeightQuantizer grouped =
        new WeightQuantizer(
            w8a8.weights().format(), Granularity.PER_GROUP, 2, WeightScheme.UNIFORM);
    Map.of(
            w8a8.quantizers(w8a8.weights().withBits(9), w8a8.activations()),
            "its weights have 9 bits",
            w8a8.quantizers(w8a8.weights(), w8a8.activations().withBits(16)),
            "its input has 16 bits",
            w8a8.quantizers(w8a8.weights(), signed),
            "the codes of its input are signed and asymmetric",
            w8a8.quantizers(grouped, w8a8.activations()),
            "its weights have a scale per group")
        .forEach(
            (scheme, reason) -> {
              QuantizedGraph graph = graph(network(3, convolution(6)), scheme);
              assertThat(obstacles(graph)).isEmpty();
              assertThat(inFloats(graph)).containsExactly(reason);
            });
  }

  private static QuantizedGraph weights(int bits) {
    WeightQuantizer weights =
        new WeightQuantizer(bits, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL);
    return graph(
        network(3, convolution(6)),
        new QuantizationScheme(weights, ActivationQuantizer.DEFAULT, 0, List.of()));
  }

  @Test
  void aLayerThatReadsOneChannelWithAStrideIsMultipliedInFloats() {
    Layer strided = new Layer.Convolution(4, Window.square(3, 2, 1), 1, Bias.WITH);
    assertThat(inFloats(graph(network(1, strided), QuantizationScheme.W8A8)))
        .containsExactly("oneDNN's 8-bit convolutions of one channel a group are wrong");
  }

  @Test
  void aNetworkWithARangeForEachChannelRunsInJava() {
    ActivationQuantizer perChannel =
        new ActivationQuantizer(
            8,
            Symmetry.ASYMMETRIC,
            Granularity.PER_CHANNEL,
            ActivationQuantizer.DEFAULT.observer());
    QuantizationScheme scheme =
        new QuantizationScheme(QuantizationScheme.W8A8.weights(), perChannel, 0, List.of());
    assertThat(obstacles(graph(network(3, convolution(6)), scheme)))
        .hasValue("activations are quantized per channel");
  }

  @Test
  void aNetworkThatPadsByMoreThanItsImageRunsInJava() {
    Layer padded = new Layer.Convolution(4, new Window(9, 9, 1, 1, 8, 8), 1, Bias.WITH);
    Network network = Network.builder("padded", new Shape(2, 3, 3)).add("conv", padded).build();
    assertThat(obstacles(graph(network, QuantizationScheme.W8A8)))
        .hasValue("oneDNN computes layer 'conv' wrongly");
  }

  private static Layer convolution(int outputs) {
    return new Layer.Convolution(outputs, Window.square(3, 1, 1), 1, Bias.WITH);
  }

  private static Network network(int channels, Layer first) {
    return Network.builder("small", new Shape(channels, 8, 8))
        .add("first", first)
        .add("relu", new Layer.Relu())
        .build();
  }

  private static QuantizedGraph graph(Network network, QuantizationScheme scheme) {
    return QuantizedGraph.of(BlockGraph.of(network), scheme);
  }

  private static Optional<String> obstacles(QuantizedGraph graph) {
    return Support.obstacle(graph, new PlanSettings(2, Arithmetic.QUANTIZED, Normalization.BATCH));
  }

  private static List<String> inFloats(QuantizedGraph graph) {
    return graph.graph().blocks().stream()
        .flatMap(block -> Support.obstacleToIntegers(graph, block).stream())
        .toList();
  }
}
