package org.sparkqat.quantization;

import java.util.List;
import java.util.Optional;

/**
 * How a whole network is quantized: defaults for weights and activations, and rules for layers.
 *
 * @param firstLastBits bits of the first and the last weighted layer (weights and input
 *     activations); 0 (default): no exception is made for them
 * @param residualBits bits of what additions read and make; 0 (default): those of all activations.
 *     A network of {@code Residuals.requantized} has the bits of all activations where weighted
 *     layers read such a tensor
 * @param integerTrue the rounding of integer-only arithmetic that evaluation has, and training once
 *     batch normalization uses running statistics; empty (default): evaluation has {@link
 *     Rounding#FLOAT_HALF_EVEN}, training rounds real numbers. It needs a network without {@code
 *     QuantizedGraph.obstacleToIntegers}
 */
public record QuantizationScheme(
    WeightQuantizer weights,
    ActivationQuantizer activations,
    int firstLastBits,
    int residualBits,
    List<QuantizationRule> rules,
    Optional<Rounding> integerTrue) {

  public static final QuantizationScheme W8A8 =
      new QuantizationScheme(WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT, 0, List.of());

  public QuantizationScheme {
    requireBits("the first and last layer", firstLastBits);
    requireBits("residual tensors", residualBits);
    rules = List.copyOf(rules);
  }

  private static void requireBits(String what, int bits) {
    if (bits != 0 && (bits < 2 || bits > CodeFormat.MOST_BITS)) {
      throw new IllegalArgumentException(
          "Invalid bits of %s: %d (allowed: 2 to 16)".formatted(what, bits));
    }
  }

  /** Without bits of residual tensors and without integer-only rounding. */
  public QuantizationScheme(
      WeightQuantizer weights,
      ActivationQuantizer activations,
      int firstLastBits,
      List<QuantizationRule> rules) {
    this(weights, activations, firstLastBits, 0, rules, Optional.empty());
  }

  /** The same with other defaults. */
  public QuantizationScheme quantizers(WeightQuantizer weights, ActivationQuantizer activations) {
    return new QuantizationScheme(
        weights, activations, firstLastBits, residualBits, rules, integerTrue);
  }

  /** The same with other rules. */
  public QuantizationScheme rules(List<QuantizationRule> others) {
    return new QuantizationScheme(
        weights, activations, firstLastBits, residualBits, others, integerTrue);
  }

  /** The same with other bits of residual tensors. */
  public QuantizationScheme residualBits(int bits) {
    return new QuantizationScheme(weights, activations, firstLastBits, bits, rules, integerTrue);
  }

  /** The same with another integer-only rounding. */
  public QuantizationScheme integerTrue(Optional<Rounding> rounding) {
    return new QuantizationScheme(
        weights, activations, firstLastBits, residualBits, rules, rounding);
  }

  /**
   * The same for answers that do not depend on which examples share a micro-batch: dynamic ranges
   * are those of each example, as in micro-batches of one.
   */
  public QuantizationScheme ofSingleExamples() {
    return quantizers(weights, activations.ofSingleExamples())
        .rules(rules.stream().map(QuantizationRule::ofSingleExamples).toList());
  }
}
