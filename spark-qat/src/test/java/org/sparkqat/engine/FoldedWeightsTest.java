package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

class FoldedWeightsTest {

  private static final float BETA = 0.7f;
  private static final float SOURCE_SCALE = 1f / 255;

  @ParameterizedTest
  @ValueSource(floats = {1f, 1e-3f, 1e-6f, 1e-9f, 0f, -0f, -1e-9f})
  void theBiasOfAChannelWithVanishingWeightsIsKept(float gamma) {
    FoldedWeights folded = folded(gamma);
    float[] units = folded.units(SOURCE_SCALE);
    int[] codes = folded.biasCodes(SOURCE_SCALE);
    for (int o = 0; o < units.length; o++) {
      assertThat((double) codes[o] * units[o])
          .isCloseTo(BETA, within(units[o] / 2.0 + BETA * 1e-6));
      assertThat(Math.abs((long) codes[o])).isLessThanOrEqualTo((1L << 30) + 128);
    }
  }

  private static FoldedWeights folded(float gamma) {
    Network network =
        Network.builder("little", new Shape(2, 5, 5))
            .add("conv", new Layer.Convolution(3, Window.square(3, 1, 0), 1, Bias.WITHOUT))
            .add("bn", Layer.BatchNormalization.DEFAULT)
            .build();
    float[] parameters = Initialization.parameters(network, 1);
    for (int c = 0; c < 3; c++) {
      parameters[network.parameters().parameter("bn.gamma").offset() + c] = gamma;
      parameters[network.parameters().parameter("bn.beta").offset() + c] = BETA;
    }
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), QuantizationScheme.W8A8);
    Ranges ranges = Ranges.empty(graph.slots());
    ranges.set(0, new Range(0f, 1f));
    return FoldedWeights.served(
        graph.graph().blocks().get(0),
        graph,
        Arithmetic.QUANTIZED,
        parameters,
        Initialization.statistics(network),
        ranges);
  }
}
