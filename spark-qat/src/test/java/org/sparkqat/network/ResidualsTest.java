package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

class ResidualsTest {

  private static final QuantizationScheme W4A4 =
      new QuantizationScheme(
          WeightQuantizer.DEFAULT.withBits(4),
          ActivationQuantizer.DEFAULT.withBits(4),
          0,
          List.of());

  static List<Network> zoo() {
    return ZooNetworks.all().toList();
  }

  /** Two blocks: the second's branch and a pooled head read what the first adds. */
  private static Network residual() {
    return Network.builder("residual", new Shape(3, 8, 8))
        .add("stem", convolution())
        .add("stem.relu", new Layer.Relu())
        .add("conv1", convolution())
        .add("add1", new Layer.Add(), "conv1", "stem.relu")
        .add("relu1", new Layer.Relu())
        .add("pool", new Layer.MaxPool(Window.square(2, 2, 0)))
        .add("conv2", convolution())
        .add("conv3", convolution(), "pool")
        .add("add2", new Layer.Add(), "conv2", "conv3")
        .add("mean", new Layer.GlobalAveragePool())
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(2, Bias.WITH))
        .build();
  }

  private static Layer convolution() {
    return new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITH);
  }

  @Test
  void eachResidualTensorIsRequantizedOnceForTheWeightedLayersThatReadIt() {
    Network network = Residuals.requantized(residual());

    assertThat(network.nodes())
        .extracting(node -> node.name() + " " + node.inputs())
        .containsExactly(
            "stem [input]",
            "stem.relu [stem]",
            "stem.requantize [stem.relu]",
            "conv1 [stem.requantize]",
            "add1 [conv1, stem.relu]",
            "relu1 [add1]",
            "pool [relu1]",
            "pool.requantize [pool]",
            "conv2 [pool.requantize]",
            "conv3 [pool.requantize]",
            "add2 [conv2, conv3]",
            "mean [add2]",
            "flatten [mean]",
            "fc [flatten]");
  }

  @Test
  void residualTensorsHaveTheirOwnBits() {
    assertThat(bits(residual(), W4A4.residualBits(8)))
        .containsExactly(
            "input 4", "stem 8", "conv1 8", "add1 8", "conv2 8", "conv3 8", "add2 8", "mean 4");
    assertThat(bits(Residuals.requantized(residual()), W4A4.residualBits(8)))
        .containsExactly(
            "input 4",
            "stem 8",
            "stem.requantize 4",
            "conv1 8",
            "add1 8",
            "pool.requantize 4",
            "conv2 8",
            "conv3 8",
            "add2 8",
            "mean 4");
  }

  private static List<String> bits(Network network, QuantizationScheme scheme) {
    return QuantizedGraph.of(BlockGraph.of(network), scheme).points().stream()
        .map(point -> point.name() + " " + point.quantizer().bits())
        .toList();
  }

  @Test
  void aCopyOfRectifiedValuesIsBehindTheRectifier() {
    QuantizationScheme learned =
        W4A4.quantizers(W4A4.weights(), W4A4.activations().withRange(ActivationRange.PACT));
    QuantizedGraph graph =
        QuantizedGraph.of(BlockGraph.of(Residuals.requantized(residual())), learned);

    assertThat(graph.points())
        .filteredOn(point -> point.quantizer().range() == ActivationRange.PACT)
        .extracting(QuantizationPoint::name)
        .containsExactly("stem", "stem.requantize", "add1", "pool.requantize");
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void parametersStayWhereTheyAreAndNothingIsRequantizedTwice(Network network) {
    Network once = Residuals.requantized(network);

    assertThat(once.parameters().parameters()).isEqualTo(network.parameters().parameters());
    assertThat(once.statistics().parameters()).isEqualTo(network.statistics().parameters());
    assertThat(Residuals.requantized(once).nodes()).isEqualTo(once.nodes());
    boolean adds = network.nodes().stream().anyMatch(node -> node.layer() instanceof Layer.Add);
    assertThat(once.nodes().size() > network.nodes().size()).isEqualTo(adds);
  }
}
