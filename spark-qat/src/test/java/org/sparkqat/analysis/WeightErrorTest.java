package org.sparkqat.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/** Signal to noise ratio of weights against the rule, written out in double precision. */
class WeightErrorTest {

  private static final int OUTPUTS = 5;
  private static final int INPUTS = 40;
  private static final Network NETWORK =
      Network.builder("one", new Shape(INPUTS, 1, 1))
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(OUTPUTS, Bias.WITHOUT))
          .build();

  private static WeightError error(float[] weights, int bits, Granularity granularity) {
    BlockGraph graph = BlockGraph.of(NETWORK);
    int block =
        graph.blocks().stream()
            .filter(b -> b.name().equals("fc"))
            .findFirst()
            .orElseThrow()
            .index();
    WeightQuantizer quantizer = new WeightQuantizer(bits, Symmetry.SYMMETRIC, granularity);
    QuantizationScheme scheme =
        new QuantizationScheme(quantizer, ActivationQuantizer.DEFAULT, 0, List.of());
    return WeightError.of(graph, block, scheme, weights, new float[0]);
  }

  /** Codes of -most to most; rows of 0 have no scale, and no error. */
  private static double[] signalAndNoise(float[] weights, int bits, boolean channels) {
    double most = (1 << (bits - 1)) - 1;
    double[] sums = new double[2];
    for (int o = 0; o < OUTPUTS; o++) {
      double largest = 0;
      for (int i = 0; i < weights.length; i++) {
        largest = channels && i / INPUTS != o ? largest : Math.max(largest, Math.abs(weights[i]));
      }
      double scale = largest == 0 ? 1 : largest / most;
      for (int i = o * INPUTS; i < (o + 1) * INPUTS; i++) {
        double difference = Math.rint(weights[i] / scale) * scale - weights[i];
        sums[0] += (double) weights[i] * weights[i];
        sums[1] += difference * difference;
      }
    }
    return sums;
  }

  @ParameterizedTest
  @CsvSource({
    "2, PER_CHANNEL", "3, PER_CHANNEL", "4, PER_CHANNEL", "8, PER_CHANNEL",
    "2, PER_TENSOR", "3, PER_TENSOR", "4, PER_TENSOR", "8, PER_TENSOR"
  })
  void theRatioIsThatOfTheRule(int bits, Granularity granularity) {
    float[] weights = new float[OUTPUTS * INPUTS];
    Random random = new Random(bits);
    for (int i = INPUTS; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() * (1 + i / INPUTS);
    }
    double[] expected = signalAndNoise(weights, bits, granularity == Granularity.PER_CHANNEL);
    WeightError error = error(weights, bits, granularity);
    assertThat(error.signal()).isCloseTo(expected[0], within(1e-12 * expected[0]));
    // A scale in float is 2^-24 off: with 127 codes, 1e-5 of a step, twice that of its square.
    assertThat(error.noise()).isCloseTo(expected[1], within(1e-4 * expected[1]));
    assertThat(error.ownNoise()).isCloseTo(error.noise(), within(1e-12 * error.noise()));
    assertThat(error.sqnr())
        .isCloseTo(10 * Math.log10(expected[0] / expected[1]), within(10 * Math.log10(1 + 1e-4)));
  }

  @Test
  void weightsThatAreTheirCodesHaveNoNoise() {
    float[] weights = new float[OUTPUTS * INPUTS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (i % 15 - 7) * 0.25f;
    }
    WeightError error = error(weights, 4, Granularity.PER_CHANNEL);
    assertThat(error.noise()).isZero();
    assertThat(error.sqnr()).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
