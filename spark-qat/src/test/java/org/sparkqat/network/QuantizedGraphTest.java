package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

class QuantizedGraphTest {

  private static final WeightQuantizer W8 = WeightQuantizer.DEFAULT;
  private static final ActivationQuantizer A8 = ActivationQuantizer.DEFAULT;

  static List<Network> zoo() {
    return ZooNetworks.all().toList();
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void everyComputedTensorButTheOutputIsQuantized(Network network) {
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), QuantizationScheme.W8A8);

    assertThat(graph.pointOf(BlockGraph.INPUT).name()).isEqualTo(Network.INPUT);
    for (Block block : graph.graph().blocks()) {
      boolean last = block.index() == graph.graph().output().index();
      assertThat(graph.outputs().get(block.index()).isPresent())
          .as(block.name())
          .isEqualTo(!block.passesCodes() && !last);
      assertThat(graph.weights().get(block.index()).isPresent())
          .as(block.name())
          .isEqualTo(block.isWeighted());
    }
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void slotsLieOneAfterTheOther(Network network) {
    ActivationQuantizer perChannel =
        new ActivationQuantizer(8, A8.symmetry(), Granularity.PER_CHANNEL, A8.observer());
    QuantizedGraph graph = graph(network, scheme(0, rule("*1*", null, perChannel)));

    int slot = 0;
    for (QuantizationPoint point : graph.points()) {
      assertThat(point.firstSlot()).as(point.name()).isEqualTo(slot);
      slot += point.slots();
    }
    assertThat(graph.slots()).isEqualTo(slot);
  }

  @Test
  void aQuantizerPerChannelHasOneSlotAChannel() {
    ActivationQuantizer perChannel =
        new ActivationQuantizer(8, A8.symmetry(), Granularity.PER_CHANNEL, A8.observer());
    Network network = ZooNetworks.network("lenet5");
    QuantizedGraph graph =
        QuantizedGraph.of(
            BlockGraph.of(network), new QuantizationScheme(W8, perChannel, 0, List.of()));

    assertThat(graph.points())
        .extracting(point -> point.name() + " " + point.firstSlot() + " " + point.slots())
        .containsExactly("input 0 1", "conv1 1 6", "conv2 7 16", "fc1 23 120", "fc2 143 84");
    assertThat(graph.slots()).isEqualTo(227);
  }

  @Test
  void theCodesOfAPassThroughBlockAreThoseOfItsInput() {
    QuantizedGraph graph = graph(ZooNetworks.network("lenet5"), scheme(0));

    assertThat(graph.input()).contains(graph.pointOf(BlockGraph.INPUT));
    assertThat(graph.pointOf(0).name()).isEqualTo("conv1");
    assertThat(graph.pointOf(1).name()).isEqualTo("conv1");
    assertThat(graph.pointOf(3).name()).isEqualTo("conv2");
    assertThat(graph.pointOf(4).name()).isEqualTo("conv2");
    assertThat(graph(ZooNetworks.network("mlp"), scheme(0)).pointOf(0).name()).isEqualTo("input");
  }

  @Test
  void theOutputStaysRealWhenItOnlyPassesThroughTheLastBlocks() {
    Network network =
        Network.builder("net", new Shape(3, 8, 8))
            .add("conv", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH))
            .add("mean", new Layer.GlobalAveragePool())
            .add("max", new Layer.MaxPool(Window.square(1, 1, 0)))
            .add("flatten", new Layer.Flatten())
            .build();

    QuantizedGraph graph = graph(network, scheme(0));

    assertThat(graph.points()).extracting(QuantizationPoint::name).containsExactly("input", "conv");
    assertThat(graph.staysReal(BlockGraph.INPUT)).isFalse();
    assertThat(graph.graph().blocks())
        .extracting(block -> graph.staysReal(block.index()))
        .containsExactly(false, true, true, true);
    assertThatThrownBy(() -> graph.pointOf(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid block: 'flatten' (its output is not quantized)");
  }

  @Test
  void aSqueezeExciteBlockIsQuantizedBehindEveryComputation() {
    Network.Builder network =
        Network.builder("net", new Shape(3, 8, 8))
            .add("conv", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH))
            .add("swish", ActivationFunction.HARD_SWISH);
    new SqueezeExcite(2, ActivationFunction.HARD_SIGMOID).addTo(network, "se", "swish");
    network
        .add("joined", new Concatenate(), "se", "conv")
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(2, Bias.WITH));

    QuantizedGraph graph = graph(network.build(), scheme(0));

    assertThat(graph.points())
        .extracting(QuantizationPoint::name)
        .containsExactly(
            "input", "conv", "swish", "se.pool", "se.fc1", "se.fc2", "se.gate", "se", "joined");
  }

  @Test
  void theFirstAndTheLastLayerMayHaveBitsOfTheirOwn() {
    QuantizedGraph graph = graph(ZooNetworks.network("lenet5"), scheme(8).withFour());

    assertThat(weightBits(graph)).containsExactly("conv1 8", "conv2 4", "fc1 4", "fc2 4", "fc3 8");
    assertThat(activationBits(graph))
        .containsExactly("input 8", "conv1 4", "conv2 4", "fc1 4", "fc2 8");
  }

  @Test
  void theLastLayersInputIsFoundBehindPassThroughBlocks() {
    QuantizedGraph graph = graph(ZooNetworks.network("resnet20"), scheme(8).withFour());

    assertThat(activationBits(graph))
        .contains("input 8", "pool 8", "conv1 4", "stage3.block3.add 4");
    assertThat(weightBits(graph)).contains("conv1 8", "fc 8", "stage3.block3.conv2 4");
  }

  @Test
  void withoutAnExceptionTheFirstAndTheLastLayerAreAsTheOthers() {
    QuantizedGraph graph = graph(ZooNetworks.network("lenet5"), scheme(0).withFour());

    assertThat(weightBits(graph)).allMatch(text -> text.endsWith(" 4"));
    assertThat(activationBits(graph)).allMatch(text -> text.endsWith(" 4"));
  }

  @Test
  void laterRulesWinOverEarlierOnesAndOverTheException() {
    QuantizedGraph graph =
        graph(
            ZooNetworks.network("lenet5"),
            scheme(
                8,
                rule("conv*", W8.withBits(6), A8.withBits(5)),
                rule("conv2", W8.withBits(3), null),
                rule("input", null, A8.withBits(7))));

    assertThat(weightBits(graph)).containsExactly("conv1 6", "conv2 3", "fc1 8", "fc2 8", "fc3 8");
    assertThat(activationBits(graph))
        .containsExactly("input 7", "conv1 5", "conv2 5", "fc1 8", "fc2 8");
  }

  @Test
  void aRuleThatMatchesNoLayerIsRefusedWithTheNamesOfTheBlocks() {
    Network network = ZooNetworks.network("lenet5");

    assertThatThrownBy(() -> graph(network, scheme(0, rule("conv3", W8, null))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid match of a rule for layers: 'conv3' (no such layer; allowed: input, conv1,"
                + " pool1, conv2, pool2, flatten, fc1, fc2, fc3)");
  }

  @Test
  void aRuleMaySelectLayersByTheirType() {
    QuantizedGraph graph =
        graph(
            ZooNetworks.network("mobilenetv2-cifar"),
            scheme(
                0,
                ofType("convolution", "*", W8.withBits(6)),
                ofType("depthwise-convolution", "*", W8.withBits(3)),
                ofType("fully-connected", "*", W8.withBits(5))));
    for (Block block : graph.graph().blocks()) {
      if (block.anchor().layer() instanceof Layer.Convolution layer) {
        int bits = layer.groups() > 1 ? 3 : 6;
        assertThat(graph.weights().get(block.index()).orElseThrow().bits()).isEqualTo(bits);
      }
    }
    assertThat(weightBits(graph)).contains("fc 5");
  }

  @Test
  void aRuleWithNameAndTypeIsForLayersThatHaveBoth() {
    QuantizedGraph graph =
        graph(
            ZooNetworks.network("lenet5"),
            scheme(0, ofType("fully-connected", "*1", W8.withBits(4))));
    assertThat(weightBits(graph)).containsExactly("conv1 8", "conv2 8", "fc1 4", "fc2 8", "fc3 8");
    assertThatThrownBy(
            () ->
                graph(
                    ZooNetworks.network("lenet5"),
                    scheme(0, ofType("fully-connected", "conv*", W8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "Invalid match of a rule for layers: 'conv*' of type 'fully-connected' (no such layer;");
  }

  @Test
  void anIslandHasNoQuantizersAndWhatPassesItOnHasNone() {
    QuantizedGraph graph =
        graph(
            ZooNetworks.network("lenet5"),
            scheme(0, QuantizationRule.real("conv2", EnumSet.allOf(Part.class))));
    assertThat(graph.firstIsland()).contains("conv2");
    assertThat(weightBits(graph)).containsExactly("conv1 8", "fc1 8", "fc2 8", "fc3 8");
    assertThat(activationBits(graph)).containsExactly("input 8", "conv1 8", "fc1 8", "fc2 8");
    assertThat(List.of(0, 1, 2, 3, 4))
        .extracting(graph::staysReal)
        .containsExactly(false, false, true, true, true);
    assertThat(graph(ZooNetworks.network("lenet5"), scheme(0)).firstIsland()).isEmpty();
  }

  @Test
  void aLaterRuleTakesALayerOutOfAnIsland() {
    QuantizedGraph graph =
        graph(
            ZooNetworks.network("lenet5"),
            scheme(
                0,
                QuantizationRule.real("*", EnumSet.allOf(Part.class)),
                rule("fc2", W8.withBits(4), A8)));
    assertThat(weightBits(graph)).containsExactly("fc2 4");
    assertThat(activationBits(graph)).containsExactly("fc2 8");
    assertThat(graph.input()).isEmpty();
    assertThat(graph.firstIsland()).contains("input");
    assertThat(graph.slots()).isEqualTo(1);
  }

  private static QuantizationRule ofType(String type, String match, WeightQuantizer weights) {
    return new QuantizationRule(
        match, Optional.of(type), Optional.of(weights), Optional.empty(), Set.of());
  }

  private static QuantizedGraph graph(Network network, Scheme scheme) {
    return QuantizedGraph.of(BlockGraph.of(network), scheme.scheme());
  }

  private static Scheme scheme(int firstLastBits, QuantizationRule... rules) {
    return new Scheme(8, firstLastBits, List.of(rules));
  }

  private static QuantizationRule rule(
      String match, WeightQuantizer weights, ActivationQuantizer activations) {
    return new QuantizationRule(
        match, Optional.ofNullable(weights), Optional.ofNullable(activations));
  }

  private static List<String> weightBits(QuantizedGraph graph) {
    List<String> bits = new ArrayList<>();
    for (Block block : graph.graph().blocks()) {
      graph
          .weights()
          .get(block.index())
          .ifPresent(quantizer -> bits.add(block.name() + " " + quantizer.bits()));
    }
    return bits;
  }

  private static List<String> activationBits(QuantizedGraph graph) {
    return graph.points().stream()
        .map(point -> point.name() + " " + point.quantizer().bits())
        .toList();
  }

  /** A scheme with one number of bits for everything, and its exceptions. */
  private record Scheme(int bits, int firstLastBits, List<QuantizationRule> rules) {

    Scheme withFour() {
      return new Scheme(4, firstLastBits, rules);
    }

    QuantizationScheme scheme() {
      return new QuantizationScheme(W8.withBits(bits), A8.withBits(bits), firstLastBits, rules);
    }
  }
}
