package org.sparkqat.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.analysis.MixedPrecision.Choice;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.tensor.Shape;

class MixedPrecisionTest {

  private static final long SEED = Long.getLong("test.seed", 42);
  private static final List<Integer> BITS = List.of(8, 4, 2);

  /** Two layers read the first one's output, and the sum reads two. */
  private static final Network NETWORK =
      Network.builder("branches", new Shape(2, 5, 4))
          .add("conv1", new Layer.Convolution(3, Window.square(3, 1, 1), 1, Bias.WITH))
          .add("conv2", new Layer.Convolution(3, Window.square(3, 1, 1), 1, Bias.WITH))
          .add("conv3", new Layer.Convolution(3, Window.square(1, 1, 0), 1, Bias.WITH), "conv1")
          .add("sum", new Layer.Add(), "conv2", "conv3")
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITH))
          .build();

  private static final LayerSchemes SCHEMES = new LayerSchemes(NETWORK, QuantizationScheme.W8A8);

  /** Noise that fewer bits raise in every layer, by a random factor. */
  private static Sensitivity sensitivity(Random random) {
    List<Sensitivity.Row> rows = new ArrayList<>();
    List<Sensitivity.Layer> layers = new ArrayList<>();
    for (String layer : SCHEMES.layers()) {
      layers.add(new Sensitivity.Layer(layer, 0, Optional.empty(), 0, Map.of()));
      for (Part part : List.of(Part.WEIGHTS, Part.ACTIVATIONS)) {
        double noise = random.nextDouble();
        for (int bits : BITS) {
          noise *= 1 + 9 * random.nextDouble();
          rows.add(
              new Sensitivity.Row(
                  new Variant(layer, part, bits, Scope.ONE), new Measurement(1, 1, noise, 1)));
        }
      }
    }
    return new Sensitivity("branches", 1, BITS, new Measurement(1, 1, 0, 1), layers, rows);
  }

  @ParameterizedTest
  @EnumSource
  void theChoiceIsThatOfBruteForce(Budget.Kind kind) {
    System.out.println("test.seed=" + SEED);
    for (int i = 0; i < 5; i++) {
      Random random = new Random(SEED + i);
      Sensitivity sensitivity = sensitivity(random);
      MixedPrecision all =
          new MixedPrecision(SCHEMES, sensitivity, Score.OUTPUT_NOISE, kind, OptionalInt.empty());
      double least = all.uniform(2).units();
      double most = all.uniform(8).units();
      double share = least + random.nextDouble() * (most - least);
      Budget budget =
          kind == Budget.Kind.AVERAGE_BITS
              ? Budget.ofAverageBits(share)
              : new Budget(kind, (long) share);
      Choice choice = all.choose(budget);
      assertThat(choice.units()).isLessThanOrEqualTo(share);
      assertThat(cost(choice.layers(), kind)).isCloseTo(choice.units(), within(1e-9));
      assertThat(choice.score())
          .as("seed %d, %s", SEED + i, budget)
          .isCloseTo(bruteForce(sensitivity, kind, share), within(1e-9));
    }
  }

  private static double bruteForce(Sensitivity sensitivity, Budget.Kind kind, double budget) {
    List<String> layers = SCHEMES.layers();
    boolean outputs = kind == Budget.Kind.BIT_OPERATIONS;
    boolean[] choosable = choosable(layers, outputs);
    int choices = (int) Math.pow(3, choosable.length);
    double best = Double.POSITIVE_INFINITY;
    for (int number = 0; number < choices; number++) {
      if (!isFirst(number, choosable)) {
        continue;
      }
      List<LayerBits> bits = new ArrayList<>();
      double score = 0;
      int left = number;
      for (String layer : layers) {
        OptionalInt weights = OptionalInt.empty();
        OptionalInt activations = OptionalInt.empty();
        if (SCHEMES.weights(layer).isPresent()) {
          weights = OptionalInt.of(BITS.get(left % 3));
          score += Score.OUTPUT_NOISE.of(sensitivity, layer, Part.WEIGHTS, weights.getAsInt());
        }
        left /= 3;
        if (SCHEMES.output(layer).isPresent()) {
          activations = OptionalInt.of(outputs ? BITS.get(left % 3) : 8);
          score +=
              outputs
                  ? Score.OUTPUT_NOISE.of(
                      sensitivity, layer, Part.ACTIVATIONS, activations.getAsInt())
                  : 0;
        }
        left /= 3;
        bits.add(new LayerBits(layer, weights, activations));
      }
      if (score < best && cost(bits, kind) <= budget) {
        best = score;
      }
    }
    return best;
  }

  /** Whether there is anything to choose: weights and output of each layer. */
  private static boolean[] choosable(List<String> layers, boolean outputs) {
    boolean[] choosable = new boolean[2 * layers.size()];
    for (int i = 0; i < layers.size(); i++) {
      choosable[2 * i] = SCHEMES.weights(layers.get(i)).isPresent();
      choosable[2 * i + 1] = SCHEMES.output(layers.get(i)).isPresent() && outputs;
    }
    return choosable;
  }

  /** False for a number that differs from a smaller one only where there is nothing to choose. */
  private static boolean isFirst(int number, boolean[] choosable) {
    int left = number;
    for (boolean each : choosable) {
      if (!each && left % 3 != 0) {
        return false;
      }
      left /= 3;
    }
    return true;
  }

  private static double cost(List<LayerBits> bits, Budget.Kind kind) {
    double cost = 0;
    long weights = 0;
    for (Block block : SCHEMES.graph().graph().blocks()) {
      if (block.isWeighted()) {
        int own = of(bits, block.name()).weights().orElseThrow();
        long size = NETWORK.parameters().parameter(block.name() + ".weight").size();
        int outputs = block.outputShape().channels();
        String source = SCHEMES.graph().pointOf(block.inputs().get(0)).name();
        int input = of(bits, source).activations().orElseThrow();
        weights += size;
        cost +=
            switch (kind) {
              case BYTES -> (size * own + 7) / 8 + 8L * outputs;
              case BIT_OPERATIONS -> (double) size * block.outputShape().spatial() * own * input;
              case AVERAGE_BITS -> (double) size * own;
            };
      }
    }
    return kind == Budget.Kind.AVERAGE_BITS ? cost / weights : cost;
  }

  private static LayerBits of(List<LayerBits> bits, String layer) {
    return bits.stream().filter(each -> each.layer().equals(layer)).findFirst().orElseThrow();
  }

  @Test
  void theCurveFallsFromTheSmallestNetworkToTheLeastNoise() {
    MixedPrecision all =
        new MixedPrecision(
            SCHEMES,
            sensitivity(new Random(1)),
            Score.OUTPUT_NOISE,
            Budget.Kind.BYTES,
            OptionalInt.of(4));
    List<Choice> curve = all.curve(10);
    assertThat(curve.get(0).layers()).isEqualTo(all.uniform(2).layers());
    assertThat(curve.get(curve.size() - 1).layers()).isEqualTo(all.uniform(8).layers());
    assertThat(curve.get(0).score()).isCloseTo(all.uniform(2).score(), within(1e-9));
    for (int i = 1; i < curve.size(); i++) {
      assertThat(curve.get(i).units()).isGreaterThan(curve.get(i - 1).units());
      assertThat(curve.get(i).score()).isLessThan(curve.get(i - 1).score());
    }
  }

  @Test
  void moreBitsNeverScoreWorse() {
    Sensitivity odd = sensitivity(new Random(1));
    List<Sensitivity.Row> rows = new ArrayList<>(odd.rows());
    rows.removeIf(row -> row.variant().equals(new Variant("fc", Part.WEIGHTS, 8, Scope.ONE)));
    rows.add(
        new Sensitivity.Row(
            new Variant("fc", Part.WEIGHTS, 8, Scope.ONE), new Measurement(1, 1, 1e6, 1)));
    Sensitivity worse = new Sensitivity("branches", 1, BITS, odd.reference(), odd.layers(), rows);
    MixedPrecision all =
        new MixedPrecision(
            SCHEMES, worse, Score.OUTPUT_NOISE, Budget.Kind.BYTES, OptionalInt.of(8));
    Choice choice = all.choose(new Budget(Budget.Kind.BYTES, (long) all.uniform(8).units()));
    assertThat(of(choice.layers(), "fc").weights()).hasValue(2);
  }

  @Test
  void whatCannotBeIsRefusedWithTheSmallestSizeOrTheMissingScore() {
    Sensitivity sensitivity = sensitivity(new Random(1));
    MixedPrecision all =
        new MixedPrecision(
            SCHEMES, sensitivity, Score.LOSS, Budget.Kind.AVERAGE_BITS, OptionalInt.empty());
    assertThatThrownBy(() -> all.choose(Budget.ofAverageBits(1.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid budget: 1.500 bits on average (the smallest network has 2.000 bits on"
                + " average, all layers with 2 bits; allowed: at least that)");
    assertThatThrownBy(
            () ->
                new MixedPrecision(
                    SCHEMES, sensitivity, Score.HESSIAN, Budget.Kind.BYTES, OptionalInt.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid sensitivity: it has no score of the weights of layer 'conv1' at 8 bits"
                + " (measure them first)");
    assertThatThrownBy(
            () ->
                new MixedPrecision(
                    SCHEMES,
                    sensitivity,
                    Score.HESSIAN,
                    Budget.Kind.BIT_OPERATIONS,
                    OptionalInt.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid score: hessian (it has none for activations; give them bits, or take another)");
  }

  @Test
  void theGridHasEveryPartThatALayerHas() {
    List<Variant> variants =
        SensitivityGrid.of(SCHEMES, List.of(4), Set.of(Part.values()), Set.of(Scope.ONE));
    assertThat(variants)
        .extracting(variant -> variant.layer() + " " + Variant.word(variant.part()))
        .containsExactly(
            "input activations",
            "conv1 weights",
            "conv1 activations",
            "conv1 both",
            "conv2 weights",
            "conv2 activations",
            "conv2 both",
            "conv3 weights",
            "conv3 activations",
            "conv3 both",
            "sum activations",
            "fc weights");
  }
}
