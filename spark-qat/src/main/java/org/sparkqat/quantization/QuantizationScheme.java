package org.sparkqat.quantization;

import java.util.List;
import java.util.Optional;

/**
 * How a whole network is quantized: defaults for weights and activations, and rules for layers.
 *
 * @param firstLastBits bits of the first and the last weighted layer (weights and input
 *     activations); 0 (default): no exception is made for them
 * @param integerTrue the rounding of integer-only arithmetic that evaluation has, and training once
 *     batch normalization uses running statistics; empty (default): evaluation has {@link
 *     Rounding#FLOAT_HALF_EVEN}, training rounds real numbers. It needs a network without {@code
 *     QuantizedGraph.obstacleToIntegers}
 */
public record QuantizationScheme(
    WeightQuantizer weights,
    ActivationQuantizer activations,
    int firstLastBits,
    List<QuantizationRule> rules,
    Optional<Rounding> integerTrue) {

  public static final QuantizationScheme W8A8 =
      new QuantizationScheme(WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT, 0, List.of());

  public QuantizationScheme {
    if (firstLastBits != 0 && (firstLastBits < 2 || firstLastBits > CodeFormat.MOST_BITS)) {
      throw new IllegalArgumentException(
          "Invalid bits of the first and last layer: " + firstLastBits + " (allowed: 2 to 16)");
    }
    rules = List.copyOf(rules);
  }

  /** Without integer-only rounding. */
  public QuantizationScheme(
      WeightQuantizer weights,
      ActivationQuantizer activations,
      int firstLastBits,
      List<QuantizationRule> rules) {
    this(weights, activations, firstLastBits, rules, Optional.empty());
  }

  /** The same with another integer-only rounding. */
  public QuantizationScheme integerTrue(Optional<Rounding> rounding) {
    return new QuantizationScheme(weights, activations, firstLastBits, rules, rounding);
  }

  /**
   * The same for answers that do not depend on which examples share a micro-batch: dynamic ranges
   * are those of each example, as in micro-batches of one.
   */
  public QuantizationScheme ofSingleExamples() {
    return new QuantizationScheme(
        weights,
        activations.ofSingleExamples(),
        firstLastBits,
        rules.stream().map(QuantizationRule::ofSingleExamples).toList(),
        integerTrue);
  }
}
