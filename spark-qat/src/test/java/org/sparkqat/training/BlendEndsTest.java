package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.Shape;

/** A blend of real and quantized weights at its ends: one or the other, bit for bit. */
class BlendEndsTest {

  private static final Network NETWORK =
      Network.builder("ends", new Shape(3, 5, 5))
          .add("conv", new Layer.Convolution(8, Window.square(3, 1, 1), 1, Bias.WITHOUT))
          .add("bn", Layer.BatchNormalization.DEFAULT)
          .add("relu", new Layer.Relu())
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(11, Bias.WITH))
          .build();

  private static final float[] REAL = Initialization.parameters(NETWORK, 3);
  private static final Map<String, WeightQuantizer> QUANTIZERS = quantizers();

  private static Map<String, WeightQuantizer> quantizers() {
    Map<String, WeightQuantizer> quantizers = new TreeMap<>();
    quantizers.put("2 bits", WeightQuantizer.DEFAULT.withBits(2));
    quantizers.put("8 bits", WeightQuantizer.DEFAULT);
    quantizers.put("12 bits", WeightQuantizer.DEFAULT.withBits(12));
    quantizers.put(
        "asymmetric", new WeightQuantizer(4, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR));
    quantizers.put(
        "groups",
        new WeightQuantizer(
            CodeFormat.signed(4, Symmetry.SYMMETRIC),
            Granularity.PER_GROUP,
            3,
            WeightScheme.UNIFORM));
    quantizers.put("binary", WeightQuantizer.of(WeightScheme.BINARY, Granularity.PER_CHANNEL));
    quantizers.put("ternary", WeightQuantizer.of(WeightScheme.TERNARY, Granularity.PER_TENSOR));
    return quantizers;
  }

  static List<String> names() {
    return List.copyOf(QUANTIZERS.keySet());
  }

  private static QuantizedGraph graph(String name) {
    return QuantizedGraph.of(
        BlockGraph.of(NETWORK),
        new QuantizationScheme(QUANTIZERS.get(name), ActivationQuantizer.DEFAULT, 0, List.of()));
  }

  /** With statistics that training has moved, so that folding is not by 1. */
  private static float[] statistics() {
    float[] statistics = Initialization.statistics(NETWORK);
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] += 0.1f * i;
    }
    return statistics;
  }

  private static float[] mixed(String name, double strength) {
    QuantizedGraph graph = graph(name);
    return new WeightMixer(graph, new QuantizedShare.Blend(strength, strength), 1)
        .mixed(REAL, statistics(), Ranges.empty(graph.slots()), 0, 0.5);
  }

  @ParameterizedTest
  @MethodSource("names")
  void atZeroAllWeightsAreReal(String name) {
    assertThat(mixed(name, 0)).isEqualTo(REAL);
  }

  /** Those that the forward pass of a step multiplies by when all weights are quantized. */
  @ParameterizedTest
  @MethodSource("names")
  void atOneAllWeightsAreThoseOfQuantizedLayers(String name) {
    QuantizedGraph graph = graph(name);
    float[] expected = REAL.clone();
    for (Block block : graph.graph().blocks()) {
      if (block.isWeighted()) {
        FoldedWeights weights =
            new FoldedWeights(block, graph, Arithmetic.QUANTIZED, Normalization.BATCH);
        weights.load(REAL, statistics(), Ranges.empty(graph.slots()));
        Parameter at = weights.weight();
        float[] quantized = new float[at.size()];
        weights.realWeights(quantized);
        System.arraycopy(quantized, 0, expected, at.offset(), at.size());
      }
    }
    assertThat(expected).isNotEqualTo(REAL);

    assertThat(mixed(name, 1)).isEqualTo(expected);
  }
}
