package org.sparkqat.quantization;

import java.util.List;

/**
 * How a whole network is quantized: defaults for weights and activations, and rules for layers.
 *
 * @param firstLastBits bits of the first and the last weighted layer (weights and input
 *     activations); 0 (default): no exception is made for them
 */
public record QuantizationScheme(
    WeightQuantizer weights,
    ActivationQuantizer activations,
    int firstLastBits,
    List<QuantizationRule> rules) {

  public static final QuantizationScheme W8A8 =
      new QuantizationScheme(WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT, 0, List.of());

  public QuantizationScheme {
    if (firstLastBits != 0 && (firstLastBits < 2 || firstLastBits > CodeFormat.MOST_BITS)) {
      throw new IllegalArgumentException(
          "Invalid bits of the first and last layer: " + firstLastBits + " (allowed: 2 to 16)");
    }
    rules = List.copyOf(rules);
  }
}
