package org.sparkqat.quantization;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A quantization scheme as maps, lists, numbers and texts, the form in which it is written down.
 */
public final class SchemeDescription {

  private SchemeDescription() {}

  public static Map<String, Object> write(QuantizationScheme scheme) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("weights", write(scheme.weights()));
    map.put("activations", write(scheme.activations()));
    map.put("first-last-bits", scheme.firstLastBits());
    List<Map<String, Object>> rules = new ArrayList<>();
    for (QuantizationRule rule : scheme.rules()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("match", rule.match());
      rule.weights().ifPresent(weights -> entry.put("weights", write(weights)));
      rule.activations().ifPresent(activations -> entry.put("activations", write(activations)));
      rules.add(entry);
    }
    map.put("layers", rules);
    return map;
  }

  /** The inverse of {@link #write(QuantizationScheme)}. */
  public static QuantizationScheme read(Map<?, ?> map) {
    List<QuantizationRule> rules = new ArrayList<>();
    for (Object entry : (List<?>) value(map, "layers")) {
      Map<?, ?> rule = (Map<?, ?>) entry;
      rules.add(
          new QuantizationRule(
              (String) value(rule, "match"),
              optional(rule, "weights").map(SchemeDescription::weights),
              optional(rule, "activations").map(SchemeDescription::activations)));
    }
    return new QuantizationScheme(
        weights((Map<?, ?>) value(map, "weights")),
        activations((Map<?, ?>) value(map, "activations")),
        ((Number) value(map, "first-last-bits")).intValue(),
        rules);
  }

  private static Map<String, Object> write(WeightQuantizer quantizer) {
    return write(quantizer.bits(), quantizer.symmetry(), quantizer.granularity());
  }

  private static Map<String, Object> write(ActivationQuantizer quantizer) {
    Map<String, Object> map =
        write(quantizer.bits(), quantizer.symmetry(), quantizer.granularity());
    if (quantizer.observer() instanceof Observer.MovingAverage average) {
      map.put("momentum", average.momentum());
    }
    return map;
  }

  private static Map<String, Object> write(int bits, Symmetry symmetry, Granularity granularity) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bits", bits);
    map.put("symmetry", symmetry.name().toLowerCase(Locale.ROOT));
    map.put("granularity", granularity.name().toLowerCase(Locale.ROOT));
    return map;
  }

  private static WeightQuantizer weights(Map<?, ?> map) {
    return new WeightQuantizer(bits(map), symmetry(map), granularity(map));
  }

  private static ActivationQuantizer activations(Map<?, ?> map) {
    Observer observer =
        map.get("momentum") instanceof Number momentum
            ? new Observer.MovingAverage(momentum.doubleValue())
            : new Observer.MinMax();
    return new ActivationQuantizer(bits(map), symmetry(map), granularity(map), observer);
  }

  private static int bits(Map<?, ?> map) {
    return ((Number) value(map, "bits")).intValue();
  }

  private static Symmetry symmetry(Map<?, ?> map) {
    return Symmetry.valueOf(((String) value(map, "symmetry")).toUpperCase(Locale.ROOT));
  }

  private static Granularity granularity(Map<?, ?> map) {
    return Granularity.valueOf(((String) value(map, "granularity")).toUpperCase(Locale.ROOT));
  }

  private static Optional<Map<?, ?>> optional(Map<?, ?> map, String key) {
    return Optional.ofNullable((Map<?, ?>) map.get(key));
  }

  private static Object value(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "Invalid description of a quantization scheme: no '" + key + "' in " + map);
    }
    return value;
  }
}
