package org.sparkqat.engine;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;

/** Random quantizers for a network, and rules for some of its layers. */
final class RandomSchemes {

  private RandomSchemes() {}

  /** Any quantizers, some of which integers alone cannot compute. */
  static QuantizationScheme next(Network network, Random random) {
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

  /** With what multiplies 8-bit integers: codes of 8 bits, activations that have one range. */
  static QuantizationScheme ofSingleRanges(Network network, Random random) {
    return single(next(network, random));
  }

  private static QuantizationScheme single(QuantizationScheme of) {
    List<QuantizationRule> rules =
        of.rules().stream()
            .map(
                rule ->
                    new QuantizationRule(
                        rule.match(),
                        rule.weights().map(RandomSchemes::fitting),
                        rule.activations().map(RandomSchemes::single)))
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

  static CodeFormat anyScale(CodeFormat format) {
    return new CodeFormat(
        format.bits(), format.symmetry(), format.sign(), format.span(), Steps.ANY);
  }

  static ActivationQuantizer perTensor(ActivationQuantizer of) {
    return new ActivationQuantizer(of.format(), Granularity.PER_TENSOR, of.observer(), of.range());
  }
}
