package org.sparkqat.quantization;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What differs for the layers whose name and type match; later rules win over earlier ones.
 *
 * @param match name of a layer with {@code *} for any characters and {@code ?} for one; {@code
 *     input} is the quantizer of the network's input
 * @param type type of a layer, empty: any
 * @param weights quantizer of the matching layers' weights, empty: as before
 * @param activations quantizer of the matching layers' output, empty: as before
 * @param real what of the matching layers stays float, whatever was said before
 */
public record QuantizationRule(
    String match,
    Optional<String> type,
    Optional<WeightQuantizer> weights,
    Optional<ActivationQuantizer> activations,
    Set<Part> real) {

  /** The match of a rule for all layers. */
  public static final String ALL = "*";

  /** What of a layer a rule speaks of. */
  public enum Part {
    WEIGHTS,
    ACTIVATIONS
  }

  public QuantizationRule {
    if (match.isBlank()) {
      throw new IllegalArgumentException("Invalid match of a quantization rule: '' (a layer name)");
    }
    real = Set.copyOf(real);
    if ((weights.isPresent() && real.contains(Part.WEIGHTS))
        || (activations.isPresent() && real.contains(Part.ACTIVATIONS))) {
      throw new IllegalArgumentException(
          "Invalid rule for '%s': both quantized and float (one of them)".formatted(match));
    }
  }

  /** A rule for layers of any type, which keeps nothing float. */
  public QuantizationRule(
      String match, Optional<WeightQuantizer> weights, Optional<ActivationQuantizer> activations) {
    this(match, Optional.empty(), weights, activations, Set.of());
  }

  /** A rule that keeps parts of the layers with a name float. */
  public static QuantizationRule real(String match, Set<Part> parts) {
    return new QuantizationRule(match, Optional.empty(), Optional.empty(), Optional.empty(), parts);
  }

  /** As {@link QuantizationScheme#ofSingleExamples}. */
  QuantizationRule ofSingleExamples() {
    return new QuantizationRule(
        match, type, weights, activations.map(ActivationQuantizer::ofSingleExamples), real);
  }

  public boolean matches(String layer) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < match.length(); i++) {
      char c = match.charAt(i);
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return layer.matches(regex.toString());
  }

  /** True when the rule is for a layer of a name that has the given types. */
  public boolean selects(String layer, Set<String> types) {
    return (type.isEmpty() || types.contains(type.get())) && matches(layer);
  }

  /** The quantizer of a selected layer's weights, empty: they stay float. */
  public Optional<WeightQuantizer> weightsAfter(Optional<WeightQuantizer> before) {
    return real.contains(Part.WEIGHTS) ? Optional.empty() : weights.or(() -> before);
  }

  /** The quantizer of a selected layer's output, empty: it stays float. */
  public Optional<ActivationQuantizer> activationsAfter(Optional<ActivationQuantizer> before) {
    return real.contains(Part.ACTIVATIONS) ? Optional.empty() : activations.or(() -> before);
  }
}
