package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

class BiasCorrectionTest {

  private static final Network NETWORK =
      Network.builder("means", new Shape(2, 4, 4))
          .add("first", new Layer.Convolution(3, Window.square(3, 1, 1), 1, Bias.WITHOUT))
          .add("bn", Layer.BatchNormalization.DEFAULT)
          .add("relu", new Layer.Relu())
          .add("global", new Layer.GlobalAveragePool())
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(2, Bias.WITH))
          .build();
  private static final QuantizationScheme TWO_BITS =
      new QuantizationScheme(
          WeightQuantizer.DEFAULT.withBits(2), ActivationQuantizer.DEFAULT, 0, List.of());
  private static final QuantizedGraph GRAPH = QuantizedGraph.of(BlockGraph.of(NETWORK), TWO_BITS);

  private static TrainingState state(float[] parameters) {
    Ranges ranges = Ranges.empty(GRAPH.slots());
    for (int slot = 0; slot < GRAPH.slots(); slot++) {
      ranges.set(slot, new Range(-1, 1));
    }
    return new TrainingState(
        Position.START,
        parameters,
        new float[0][],
        Initialization.statistics(NETWORK),
        ranges,
        1,
        Map.of());
  }

  @Test
  void theBiasTakesTheShiftOfTheMeanBack() {
    float[] parameters = Initialization.parameters(NETWORK, 3);
    int weight = NETWORK.parameters().parameter("fc.weight").offset();
    // Codes of 2 bits are -1, 0, 1 times the largest: errors 0, -0.4, 0.3 and 0, 0, 0.
    float[] weights = {1f, 0.4f, 0.7f, 0.5f, -0.5f, 0f};
    System.arraycopy(weights, 0, parameters, weight, weights.length);
    int gamma = NETWORK.parameters().parameter("bn.gamma").offset();
    int beta = NETWORK.parameters().parameter("bn.beta").offset();
    for (int c = 0; c < 3; c++) {
      parameters[gamma + c] = 0.5f;
      parameters[beta + c] = c - 1f;
    }
    int bias = NETWORK.parameters().parameter("fc.bias").offset();

    TrainingState corrected = new BiasCorrection(GRAPH).corrected(state(parameters));

    double[] means = new double[3];
    for (int c = 0; c < 3; c++) {
      means[c] = NormalMeans.above(c - 1, 0.5, 0);
    }
    double shift = -0.4f * means[1] + (1 - 0.7f) * means[2];
    assertThat((double) corrected.parameters()[bias])
        .isCloseTo(parameters[bias] - shift, within(1e-6));
    assertThat(corrected.parameters()[bias + 1]).isEqualTo(parameters[bias + 1]);
    assertThat(corrected.statistics()).isEqualTo(state(parameters).statistics());
  }

  @Test
  void onlyLayersWhoseInputsMeanIsKnownAreCorrected() {
    assertThat(new BiasCorrection(GRAPH).layers()).containsExactly("fc");
  }

  @Test
  void theMeanOfACutOffNormalVariableIsThatOfManyDraws() {
    Random random = Seeds.random();
    int draws = 200_000;
    for (double limit : new double[] {0, 0.7, 6}) {
      double sum = 0;
      for (int i = 0; i < draws; i++) {
        sum += Math.max(0, 0.4 + 1.5 * random.nextGaussian() - limit);
      }
      // Five standard errors of a mean of variables with a deviation below 1.5.
      assertThat(NormalMeans.above(0.4, 1.5, limit))
          .isCloseTo(sum / draws, within(5 * 1.5 / Math.sqrt(draws)));
    }
    assertThat(NormalMeans.above(2, 0, 0.5)).isEqualTo(1.5);
  }
}
