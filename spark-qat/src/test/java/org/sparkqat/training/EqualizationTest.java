package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Seeds;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.Shape;

class EqualizationTest {

  private static final int BATCH = 4;
  private static final Shape INPUT = new Shape(2, 8, 8);
  private static final Window WINDOW = Window.square(3, 1, 1);

  private static final Network NETWORK =
      Network.builder("pairs", INPUT)
          .add("first", new Layer.Convolution(6, WINDOW, 1, Bias.WITHOUT))
          .add("bn1", Layer.BatchNormalization.DEFAULT)
          .add("relu1", new Layer.Relu())
          .add("depthwise", new Layer.Convolution(6, WINDOW, 6, Bias.WITH))
          .add("relu2", new Layer.Relu())
          .add("maximum", new Layer.MaxPool(Window.square(2, 2, 0)))
          .add("grouped", new Layer.Convolution(4, WINDOW, 2, Bias.WITHOUT))
          .add("bn3", Layer.BatchNormalization.DEFAULT)
          .add("relu6", new Layer.Relu6())
          .add("last", new Layer.Convolution(4, WINDOW, 1, Bias.WITH))
          .add("relu4", new Layer.Relu())
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITH))
          .build();
  private static final BlockGraph GRAPH = BlockGraph.of(NETWORK);

  private final Random random = Seeds.random();
  private final float[] parameters = Initialization.parameters(NETWORK, random.nextLong());
  private final float[] statistics = Initialization.statistics(NETWORK);

  EqualizationTest() {
    for (Parameter each : NETWORK.parameters().parameters()) {
      for (int i = 0; i < each.size(); i++) {
        boolean gamma = each.name().endsWith(".gamma");
        parameters[each.offset() + i] *= gamma ? (float) Math.exp(2 * random.nextGaussian()) : 1f;
        parameters[each.offset() + i] += gamma ? 0 : 0.05f * (float) random.nextGaussian();
      }
    }
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] += 0.5f * random.nextFloat();
    }
  }

  private float[] outputs(float[] weights, float[] raw) {
    QuantizedGraph graph = QuantizedGraph.of(GRAPH, QuantizationScheme.W8A8);
    PlanSettings settings =
        new PlanSettings(BATCH, Arithmetic.FLOAT, Normalization.RUNNING, GradientPrecision.FLOAT32);
    float[] outputs = new float[BATCH * 3];
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE);
        Plan plan =
            Plan.compile(
                kernels,
                graph,
                InputNormalization.of(INPUT, 1, new double[] {0}, new double[] {1}),
                settings)) {
      plan.load(weights, statistics, Ranges.empty(graph.slots()));
      plan.infer(raw, outputs);
    }
    return outputs;
  }

  @Test
  void theNetworkComputesTheSame() {
    float[] raw = new float[BATCH * INPUT.size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (float) random.nextGaussian();
    }
    float[] before = outputs(parameters, raw);
    float[] equalized = new Equalization(GRAPH).equalized(parameters, statistics);
    float[] after = outputs(equalized, raw);

    assertThat(equalized).isNotEqualTo(parameters);
    double largest = 0;
    for (float value : before) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < before.length; i++) {
      // Six layers of sums of at most 64 products, each rounded differently.
      assertThat((double) after[i]).isCloseTo(before[i], within(6 * 64 * 0x1p-24 * (1 + largest)));
    }
  }

  @Test
  void bothSidesOfAChannelHaveTheSameMagnitude() {
    float[] equalized = new Equalization(GRAPH).equalized(parameters, statistics);
    WeightedChannels first = new WeightedChannels(NETWORK, GRAPH.blocks().get(0));
    WeightedChannels second = new WeightedChannels(NETWORK, GRAPH.blocks().get(1));

    float[] outgoing = first.outputMagnitudes(equalized, statistics);
    float[] incoming = second.inputMagnitudes(outgoing.length, equalized, statistics);

    for (int c = 0; c < outgoing.length; c++) {
      // The last sweep moved no factor by more than a thousandth.
      assertThat(outgoing[c] / incoming[c]).isCloseTo(1f, within(4e-3f));
    }
  }

  @Test
  void onlyPairsThatPassFactorsAreTouched() {
    assertThat(new Equalization(GRAPH).layers()).containsExactly("first", "depthwise", "last");
  }

  @Test
  void aChannelOfZeroesStaysAsItIs() {
    int gamma = NETWORK.parameters().parameter("bn1.gamma").offset();
    int weight = NETWORK.parameters().parameter("first.weight").offset();
    int perOutput = NETWORK.parameters().parameter("first.weight").size() / 6;
    for (int i = 0; i < perOutput; i++) {
      parameters[weight + i] = 0f;
    }
    float before = parameters[gamma];

    float[] equalized = new Equalization(GRAPH).equalized(parameters, statistics);

    assertThat(equalized[gamma]).isEqualTo(before);
    for (float value : equalized) {
      assertThat(value).isFinite();
    }
  }
}
