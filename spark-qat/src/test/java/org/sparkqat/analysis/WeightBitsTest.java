package org.sparkqat.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.sparkqat.analysis.MixedPrecision.Choice;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

class WeightBitsTest {

  private static final List<Integer> CANDIDATES = List.of(2, 4, 8);
  private static final Measurement REAL = new Measurement(1, 1, 0, 1);

  /** 8, 16 and 16 weights in layers of the same shape, and 24 in the last one. */
  private static final Network NETWORK =
      Network.builder("line", new Shape(2, 1, 1))
          .add("first", new Layer.Convolution(4, Window.square(1, 1, 0), 1, Bias.WITHOUT))
          .add("quiet", new Layer.Convolution(4, Window.square(1, 1, 0), 1, Bias.WITHOUT))
          .add("loud", new Layer.Convolution(4, Window.square(1, 1, 0), 1, Bias.WITHOUT))
          .add("flatten", new Layer.Flatten())
          .add("last", new Layer.FullyConnected(6, Bias.WITHOUT))
          .build();

  private static QuantizationScheme scheme(int firstLastBits) {
    return new QuantizationScheme(
        WeightQuantizer.DEFAULT.withBits(4), ActivationQuantizer.DEFAULT, firstLastBits, List.of());
  }

  private static WeightBits bits(int firstLastBits, double average) {
    return new WeightBits(NETWORK, scheme(firstLastBits), new BitSearch(average, CANDIDATES, 32));
  }

  /** Noise of {@code 4^-bits}, a hundred times that in the layer {@code loud}. */
  private static Choice choice(WeightBits bits) {
    List<Measurement> found =
        bits.variants().stream()
            .map(
                variant -> {
                  double factor = variant.layer().equals("loud") ? 100 : 1;
                  return new Measurement(1, 1, factor * Math.pow(4, -variant.bits()), 1);
                })
            .toList();
    return bits.choose(REAL, 32, found);
  }

  private static LayerBits weights(String layer, int bits) {
    return new LayerBits(layer, OptionalInt.of(bits), OptionalInt.empty());
  }

  @Test
  void theLayerThatMakesNoiseHasMoreBitsWithinTheAverageOverAllWeights() {
    // (8 * 8 + 16 * 2 + 16 * 8 + 24 * 8) / 64 = 6.5 bits, of which first and last have 4.
    Choice choice = choice(bits(8, 6.6));
    assertThat(choice.layers())
        .containsExactly(
            weights("first", 8), weights("quiet", 2), weights("loud", 8), weights("last", 8));
    assertThat(choice.units()).isEqualTo(6.5);
  }

  @Test
  void onlyTheWeightsOfLayersThatAreOpenAreMeasured() {
    assertThat(bits(8, 7).variants())
        .hasSize(2 * CANDIDATES.size())
        .allMatch(variant -> variant.part() == Part.WEIGHTS)
        .extracting(Variant::layer)
        .containsOnly("quiet", "loud");
    assertThat(bits(0, 4).variants()).hasSize(4 * CANDIDATES.size());
  }

  @Test
  void rulesSpeakOfTheLayersThatAreOpen() {
    WeightBits bits = bits(8, 6.6);
    assertThat(bits.open(choice(bits)).layers())
        .containsExactly(weights("quiet", 2), weights("loud", 8));
    WeightBits all = bits(0, 8);
    assertThat(all.open(choice(all)).layers()).hasSize(4);
  }

  @Test
  void anAverageThatNoChoiceIsWithinIsRefused() {
    assertThatThrownBy(() -> bits(8, 4))
        .hasMessage(
            "Invalid average bits: 4.0 (the smallest network has 5.000 bits on average: allow for"
                + " them, or give first and last layer no bits of their own)");
    assertThat(choice(bits(8, 5)).units()).isEqualTo(5);
  }

  @Test
  void aSearchWithNothingToChooseIsRefused() {
    assertThatThrownBy(() -> new BitSearch(4, List.of(4), 32))
        .hasMessage("Invalid candidates: [4] (two at least, each once)");
    assertThatThrownBy(() -> new BitSearch(4, List.of(4, 4), 32))
        .hasMessage("Invalid candidates: [4, 4] (two at least, each once)");
    assertThatThrownBy(() -> new BitSearch(4, List.of(1, 4), 32))
        .hasMessage("Invalid candidates: [1, 4] (allowed: 2 to 16)");
    assertThatThrownBy(() -> new BitSearch(9, List.of(4, 8), 32))
        .hasMessage(
            "Invalid average bits: 9.0 (allowed: from the least of the candidates [4, 8] to the"
                + " most)");
    assertThatThrownBy(() -> new BitSearch(4, List.of(4, 8), 0))
        .hasMessage("Invalid examples: 0 (must be at least 1)");
  }
}
