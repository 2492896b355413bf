package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

class WeightMixerTest {

  private static final Network NETWORK =
      Network.builder("one", new Shape(100))
          .add("fc", new Layer.FullyConnected(10, Bias.WITHOUT))
          .build();

  private static final QuantizedGraph GRAPH =
      QuantizedGraph.of(
          BlockGraph.of(NETWORK),
          new QuantizationScheme(
              QuantizationScheme.W8A8.weights().withBits(3),
              QuantizationScheme.W8A8.activations(),
              0,
              java.util.List.of()));

  private static final float[] REAL = Initialization.parameters(NETWORK, 3);

  private static float[] mixed(QuantizedShare share, long seed, long step, double done) {
    return new WeightMixer(GRAPH, share, seed)
        .mixed(REAL, Initialization.statistics(NETWORK), Ranges.empty(GRAPH.slots()), step, done);
  }

  private static final float[] QUANTIZED = mixed(new QuantizedShare.Blend(0, 1), 1, 0, 1);

  @Test
  void aBlendGoesFromRealToQuantizedWeights() {
    QuantizedShare blend = new QuantizedShare.Blend(0, 1);
    assertThat(mixed(blend, 1, 0, 0)).isEqualTo(REAL);
    float[] half = mixed(blend, 1, 0, 0.5);
    for (int i = 0; i < REAL.length; i++) {
      assertThat(half[i]).isCloseTo((REAL[i] + QUANTIZED[i]) / 2, within(1e-6f));
    }
    assertThat(QUANTIZED).isNotEqualTo(REAL);
  }

  @Test
  void aSampleIsAFunctionOfSeedStepAndWeight() {
    QuantizedShare sampled = new QuantizedShare.Sampled(0.3, 0.3);
    float[] first = mixed(sampled, 1, 5, 0.5);
    assertThat(mixed(sampled, 1, 5, 0.5)).isEqualTo(first);
    assertThat(mixed(sampled, 1, 6, 0.5)).isNotEqualTo(first);
    assertThat(mixed(sampled, 2, 5, 0.5)).isNotEqualTo(first);
    int quantized = 0;
    for (int i = 0; i < REAL.length; i++) {
      assertThat(first[i]).isIn(REAL[i], QUANTIZED[i]);
      quantized += first[i] == REAL[i] ? 0 : 1;
    }
    // Of 1,000, 300 with a deviation of 14.5.
    assertThat(quantized).isBetween(240, 360);
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new QuantizedShare.Largest(0))
        .hasMessage("Invalid share of held weights: 0.0 (allowed: above 0, at most 1)");
    assertThatThrownBy(() -> new QuantizedShare.Blend(0, 2))
        .hasMessage("Invalid strength of quantization noise: 2.0 (allowed: 0 to 1)");
  }
}
