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
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;
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
    return of(numbers, kernels, random, single(scheme(numbers.network, random)));
  }

  /**
   * Activations of one range, many of them of more than 8 bits, and any weights.
   *
   * @param most bits of an activation, above 8
   */
  static QuantizedCase ofManyBits(GradientCase numbers, int most, Kernels kernels, Random random) {
    QuantizationScheme drawn = scheme(numbers.network, random);
    UnaryOperator<ActivationQuantizer> wider =
        each -> {
          int bits = random.nextInt(3) > 0 ? 9 + random.nextInt(most - 8) : each.bits();
          return perTensor(each.withBits(Math.min(bits, most)));
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

  private static ActivationQuantizer perTensor(ActivationQuantizer of) {
    return new ActivationQuantizer(of.format(), Granularity.PER_TENSOR, of.observer(), of.range());
  }

  /** The same with some weights and outputs, and rarely the input, that stay real. */
  static QuantizedCase ofIslands(GradientCase numbers, Kernels kernels, Random random) {
    QuantizationScheme single = single(scheme(numbers.network, random));
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

  private static QuantizationScheme single(QuantizationScheme of) {
    List<QuantizationRule> rules =
        of.rules().stream()
            .map(
                rule ->
                    new QuantizationRule(
                        rule.match(),
                        rule.weights().map(QuantizedCase::fitting),
                        rule.activations().map(QuantizedCase::single)))
            .toList();
    return of.quantizers(fitting(of.weights()), single(of.activations())).rules(rules);
  }

  private static WeightQuantizer fitting(WeightQuantizer of) {
    return of.fitsKernels()
        ? of
        : new WeightQuantizer(Math.min(of.bits(), 8), of.symmetry(), Granularity.PER_CHANNEL)
            .withRange(of.range());
  }

  private static ActivationQuantizer single(ActivationQuantizer of) {
    CodeFormat format = of.format();
    boolean fits = format.fitsKernels();
    boolean shifts = format.sign() == Sign.SIGNED && of.symmetry() == Symmetry.ASYMMETRIC;
    return new ActivationQuantizer(
        fits && !shifts ? format : CodeFormat.unsigned(Math.min(of.bits(), 8)),
        Granularity.PER_TENSOR,
        of.observer(),
        of.range());
  }

  /** Ranges that are those of the tensors, or of the examples, at hand. */
  static QuantizedCase ofDynamicRanges(
      GradientCase numbers, ActivationRange range, Kernels kernels, Random random) {
    QuantizationScheme drawn = single(scheme(numbers.network, random));
    QuantizationScheme dynamic =
        new QuantizationScheme(
            drawn.weights(),
            new ActivationQuantizer(
                anyScale(drawn.activations().format()),
                Granularity.PER_TENSOR,
                drawn.activations().observer(),
                range),
            0,
            List.of());
    return of(numbers, kernels, random, dynamic);
  }

  private static CodeFormat anyScale(CodeFormat format) {
    return new CodeFormat(
        format.bits(), format.symmetry(), format.sign(), format.span(), Steps.ANY);
  }

  static QuantizedCase of(Network network, Kernels kernels, Random random) {
    int batch = 1 + random.nextInt(3);
    GradientCase numbers = GradientCase.of(network, batch, Normalization.RUNNING, random);
    vanish(numbers, random);
    return of(numbers, kernels, random);
  }

  /** Random quantizers for given numbers. */
  static QuantizedCase of(GradientCase numbers, Kernels kernels, Random random) {
    return of(numbers, kernels, random, scheme(numbers.network, random));
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

  private static QuantizationScheme scheme(Network network, Random random) {
    List<QuantizationRule> rules =
        BlockGraph.of(network).blocks().stream()
            .map(Block::name)
            .filter(name -> random.nextInt(3) == 0)
            .map(
                name ->
                    new QuantizationRule(
                        name, Optional.of(weights(random)), Optional.of(activations(random))))
            .toList();
    int firstLastBits = random.nextInt(3) == 0 ? 8 : 0;
    int residualBits = random.nextInt(3) == 0 ? 8 : 0;
    return new QuantizationScheme(weights(random), activations(random), firstLastBits, rules)
        .residualBits(residualBits);
  }

  private static WeightQuantizer weights(Random random) {
    CodeFormat plain = CodeFormat.signed(bits(random, 2), Symmetry.SYMMETRIC);
    return switch (random.nextInt(10)) {
      case 0 -> WeightQuantizer.of(WeightScheme.BINARY, granularity(random, 2));
      case 1 -> WeightQuantizer.of(WeightScheme.TERNARY, granularity(random, 2));
      case 2 -> new WeightQuantizer(plain, Granularity.PER_CHANNEL, 1, WeightScheme.TANH);
      case 3 -> uniform(format(random, Sign.SIGNED, 2), Granularity.PER_GROUP, random);
      case 4 ->
          uniform(learnable(plain, random), granularity(random, 2), random)
              .withRange(WeightRange.LSQ);
      default -> uniform(format(random, Sign.SIGNED, 2), granularity(random, 2), random);
    };
  }

  private static CodeFormat learnable(CodeFormat plain, Random random) {
    return random.nextBoolean()
        ? plain
        : new CodeFormat(plain.bits(), plain.symmetry(), plain.sign(), Span.FULL, Steps.ANY);
  }

  private static WeightQuantizer uniform(
      CodeFormat format, Granularity granularity, Random random) {
    return new WeightQuantizer(format, granularity, 1 + random.nextInt(4), WeightScheme.UNIFORM);
  }

  private static ActivationQuantizer activations(Random random) {
    Sign sign = random.nextBoolean() ? Sign.UNSIGNED : Sign.SIGNED;
    CodeFormat format = format(random, sign, sign == Sign.SIGNED ? 2 : 1);
    return new ActivationQuantizer(
        format,
        granularity(random, 6),
        ActivationQuantizer.DEFAULT.observer(),
        random.nextInt(3) == 0 ? learned(format) : ActivationRange.OBSERVED);
  }

  private static ActivationRange learned(CodeFormat format) {
    if (format.steps() == Steps.POWER_OF_TWO) {
      return ActivationRange.OBSERVED;
    }
    if (format.symmetry() == Symmetry.ASYMMETRIC) {
      return ActivationRange.LSQ_PLUS;
    }
    return format.sign() == Sign.UNSIGNED ? ActivationRange.PACT : ActivationRange.LSQ;
  }

  private static CodeFormat format(Random random, Sign sign, int leastBits) {
    Symmetry symmetry = random.nextBoolean() ? Symmetry.SYMMETRIC : Symmetry.ASYMMETRIC;
    Span span = random.nextBoolean() ? Span.NARROW : Span.FULL;
    Steps steps = random.nextInt(4) == 0 ? Steps.POWER_OF_TWO : Steps.ANY;
    return new CodeFormat(bits(random, leastBits), symmetry, sign, span, steps);
  }

  /** Half of them 8; a few have no kernels. */
  private static int bits(Random random, int least) {
    int most = random.nextInt(8) == 0 ? CodeFormat.MOST_BITS : 8;
    return random.nextBoolean() ? 8 : least + random.nextInt(most - least + 1);
  }

  private static Granularity granularity(Random random, int oneIn) {
    return random.nextInt(oneIn) == 0 ? Granularity.PER_CHANNEL : Granularity.PER_TENSOR;
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
