package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.WeightPoint;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.tensor.Parameter;

/** A random network with random quantizers, ranges and numbers, some of them at their limits. */
final class QuantizedCase {

  final GradientCase numbers;
  final QuantizedGraph graph;
  final Ranges ranges;

  private QuantizedCase(GradientCase numbers, QuantizedGraph graph, Ranges ranges) {
    this.numbers = numbers;
    this.graph = graph;
    this.ranges = ranges;
  }

  /** With what multiplies 8-bit integers: codes of 8 bits, activations that have one range. */
  static QuantizedCase ofSingleRanges(Network network, Kernels kernels, Random random) {
    GradientCase numbers =
        GradientCase.of(network, 1 + random.nextInt(3), Normalization.RUNNING, random);
    vanish(numbers, random);
    return ofSingleRanges(numbers, kernels, random);
  }

  /** The same for given numbers. */
  static QuantizedCase ofSingleRanges(GradientCase numbers, Kernels kernels, Random random) {
    return of(numbers, kernels, random, RandomSchemes.ofSingleRanges(numbers.network, random));
  }

  /**
   * Activations of one range, many of them of more than 8 bits, and any weights.
   *
   * @param most bits of an activation, above 8
   */
  static QuantizedCase ofManyBits(GradientCase numbers, int most, Kernels kernels, Random random) {
    QuantizationScheme drawn = RandomSchemes.next(numbers.network, random);
    UnaryOperator<ActivationQuantizer> wider =
        each -> {
          int bits = random.nextInt(3) > 0 ? 9 + random.nextInt(most - 8) : each.bits();
          return RandomSchemes.perTensor(each.withBits(Math.min(bits, most)));
        };
    List<QuantizationRule> rules =
        drawn.rules().stream()
            .map(
                rule ->
                    new QuantizationRule(
                        rule.match(), rule.weights(), rule.activations().map(wider)))
            .toList();
    return of(
        numbers,
        kernels,
        random,
        drawn.quantizers(drawn.weights(), wider.apply(drawn.activations())).rules(rules));
  }

  /** The same with some weights and outputs, and rarely the input, that stay real. */
  static QuantizedCase ofIslands(GradientCase numbers, Kernels kernels, Random random) {
    QuantizationScheme single = RandomSchemes.ofSingleRanges(numbers.network, random);
    List<QuantizationRule> rules = new ArrayList<>(single.rules());
    int oneIn = 2 + random.nextInt(3);
    if (random.nextInt(2 * oneIn) == 0) {
      rules.add(QuantizationRule.real(Network.INPUT, Set.of(Part.ACTIVATIONS)));
    }
    for (Block block : BlockGraph.of(numbers.network).blocks()) {
      Set<Part> parts = EnumSet.noneOf(Part.class);
      for (Part part : Part.values()) {
        if (random.nextInt(oneIn) == 0) {
          parts.add(part);
        }
      }
      rules.add(QuantizationRule.real(block.name(), parts));
    }
    return of(numbers, kernels, random, single.rules(rules));
  }

  /** Ranges that are those of the tensors, or of the examples, at hand. */
  static QuantizedCase ofDynamicRanges(
      GradientCase numbers, ActivationRange range, Kernels kernels, Random random) {
    QuantizationScheme drawn = RandomSchemes.ofSingleRanges(numbers.network, random);
    QuantizationScheme dynamic =
        new QuantizationScheme(
            drawn.weights(),
            new ActivationQuantizer(
                RandomSchemes.anyScale(drawn.activations().format()),
                Granularity.PER_TENSOR,
                drawn.activations().observer(),
                range),
            0,
            List.of());
    return of(numbers, kernels, random, dynamic);
  }

  static QuantizedCase of(Network network, Kernels kernels, Random random) {
    return of(network, RandomSchemes.next(network, random), kernels, random);
  }

  /** Random numbers for a given scheme. */
  static QuantizedCase of(
      Network network, QuantizationScheme scheme, Kernels kernels, Random random) {
    int batch = 1 + random.nextInt(3);
    return of(network, batch, scheme, kernels, random);
  }

  /** The same for a given number of examples. */
  static QuantizedCase of(
      Network network, int batch, QuantizationScheme scheme, Kernels kernels, Random random) {
    GradientCase numbers = GradientCase.of(network, batch, Normalization.RUNNING, random);
    vanish(numbers, random);
    return of(numbers, kernels, random, scheme);
  }

  /** Random quantizers for given numbers. */
  static QuantizedCase of(GradientCase numbers, Kernels kernels, Random random) {
    return of(numbers, kernels, random, RandomSchemes.next(numbers.network, random));
  }

  private static QuantizedCase of(
      GradientCase numbers, Kernels kernels, Random random, QuantizationScheme scheme) {
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(numbers.network), scheme);
    Ranges ranges = observed(numbers, graph, kernels);
    graph.points().forEach(point -> distort(point, ranges, random));
    graph.weightPoints().forEach(point -> learn(numbers, point, ranges, random));
    return new QuantizedCase(numbers, graph, ranges);
  }

  /** The same, with the rounding of integer-only arithmetic. */
  QuantizedCase integerTrue(Rounding rounding) {
    QuantizedGraph rounded =
        new QuantizedGraph(
            graph.graph(),
            graph.input(),
            graph.weights(),
            graph.outputs(),
            graph.learnedWeights(),
            graph.slots(),
            Optional.of(rounding));
    return new QuantizedCase(numbers, rounded, ranges);
  }

  /** Scales that let most weights lie within the codes, or few. */
  private static void learn(GradientCase numbers, WeightPoint point, Ranges ranges, Random random) {
    Parameter weight = numbers.network.parameters().parameter(point.name() + ".weight");
    Range range = Range.of(numbers.parameters, weight.offset(), weight.end());
    float largest = Math.max(-range.min(), range.max());
    for (int i = 0; i < point.slots(); i++) {
      float scale = largest * (0.3f + random.nextFloat()) / point.quantizer().codes().quantMax();
      ranges.set(
          point.firstSlot() + i,
          new Range(
              scale * point.quantizer().codes().quantMin(),
              scale * point.quantizer().codes().quantMax()));
    }
  }

  /** Some gammas are 0 or next to it, some rows of weights are 0. */
  private static void vanish(GradientCase numbers, Random random) {
    for (Parameter tensor : numbers.network.parameters().parameters()) {
      int rows = tensor.shape().dim(0);
      int row = tensor.size() / rows;
      for (int i = 0; i < rows; i++) {
        if (random.nextInt(20) == 0 && tensor.kind() == Parameter.Kind.BATCH_NORM_SCALE) {
          float[] little = {0f, -0f, 1e-9f, -1e-6f};
          numbers.parameters[tensor.offset() + i] = little[random.nextInt(little.length)];
        }
        if (random.nextInt(30) == 0 && tensor.kind() == Parameter.Kind.WEIGHT) {
          int from = tensor.offset() + i * row;
          Arrays.fill(numbers.parameters, from, from + row, 0f);
        }
      }
    }
  }

  private static Ranges observed(GradientCase numbers, QuantizedGraph graph, Kernels kernels) {
    MicroBatchResult result = new MicroBatchResult(graph);
    PlanSettings settings =
        new PlanSettings(numbers.batch, Arithmetic.CALIBRATION, numbers.normalization);
    try (Plan plan = Plan.compile(kernels, graph, numbers.inputNormalization, settings)) {
      plan.load(numbers.parameters, numbers.statistics, Ranges.empty(graph.slots()));
      plan.calibrate(numbers.raw, result);
    }
    return result.observed().copy();
  }

  /** Ranges that saturate, with zero points at either end, and collapsed ones. */
  private static void distort(QuantizationPoint point, Ranges ranges, Random random) {
    for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
      Range range = ranges.range(slot);
      float width = Math.max(Math.abs(range.min()), Math.abs(range.max()));
      Range distorted =
          switch (random.nextInt(12)) {
            case 0 -> new Range(0f, width);
            // Nothing observes values below 0 after an activation.
            case 1 -> range.min() < 0 ? new Range(-width, 0f) : new Range(0f, width / 2);
            case 2, 3, 4 -> new Range(range.min() * 0.6f, range.max() * 0.7f);
            case 5 -> new Range(0f, 0f);
            default -> range;
          };
      ranges.set(slot, distorted);
    }
  }

  FoldedWeights served(Block block) {
    return FoldedWeights.served(
        block, graph, Arithmetic.QUANTIZED, numbers.parameters, numbers.statistics, ranges);
  }

  /** The engine's outputs of all blocks, in real numbers or codes as the plan holds them. */
  Plan infer(Kernels kernels, float[] outputs) {
    PlanSettings settings =
        new PlanSettings(numbers.batch, Arithmetic.QUANTIZED, Normalization.RUNNING);
    Plan plan = Plan.compile(kernels, graph, numbers.inputNormalization, settings);
    plan.load(numbers.parameters, numbers.statistics, ranges);
    plan.infer(numbers.raw, outputs);
    return plan;
  }
}
