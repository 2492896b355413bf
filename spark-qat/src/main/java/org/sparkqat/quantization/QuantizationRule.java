package org.sparkqat.quantization;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What differs for the layers whose name matches; later rules win over earlier ones.
 *
 * @param match name of a layer with {@code *} for any characters and {@code ?} for one; {@code
 *     input} is the quantizer of the network's input
 * @param weights quantizer of the matching layers' weights, empty: as before
 * @param activations quantizer of the matching layers' output, empty: as before
 */
public record QuantizationRule(
    String match, Optional<WeightQuantizer> weights, Optional<ActivationQuantizer> activations) {

  public QuantizationRule {
    if (match.isBlank()) {
      throw new IllegalArgumentException("Invalid match of a quantization rule: '' (a layer name)");
    }
  }

  public boolean matches(String layer) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < match.length(); i++) {
      char c = match.charAt(i);
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return layer.matches(regex.toString());
  }
}
