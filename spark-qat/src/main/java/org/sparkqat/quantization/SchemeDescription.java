package org.sparkqat.quantization;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
    map.put("residual-bits", scheme.residualBits());
    List<Map<String, Object>> rules = new ArrayList<>();
    for (QuantizationRule rule : scheme.rules()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("match", rule.match());
      rule.type().ifPresent(type -> entry.put("type", type));
      rule.weights().ifPresent(weights -> entry.put("weights", write(weights)));
      rule.activations().ifPresent(activations -> entry.put("activations", write(activations)));
      entry.put("float", rule.real().stream().map(SchemeDescription::word).sorted().toList());
      rules.add(entry);
    }
    map.put("layers", rules);
    scheme.integerTrue().ifPresent(rounding -> map.put("integer-true", word(rounding)));
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
              Optional.ofNullable((String) rule.get("type")),
              optional(rule, "weights").map(SchemeDescription::weights),
              optional(rule, "activations").map(SchemeDescription::activations),
              parts((List<?>) value(rule, "float"))));
    }
    return new QuantizationScheme(
        weights((Map<?, ?>) value(map, "weights")),
        activations((Map<?, ?>) value(map, "activations")),
        ((Number) value(map, "first-last-bits")).intValue(),
        ((Number) value(map, "residual-bits")).intValue(),
        rules,
        map.containsKey("integer-true")
            ? Optional.of(constant(Rounding.class, map, "integer-true"))
            : Optional.empty());
  }

  private static Set<QuantizationRule.Part> parts(List<?> words) {
    return words.stream()
        .map(word -> QuantizationRule.Part.valueOf(((String) word).toUpperCase(Locale.ROOT)))
        .collect(Collectors.toSet());
  }

  private static Map<String, Object> write(WeightQuantizer quantizer) {
    Map<String, Object> map = write(quantizer.format(), quantizer.granularity());
    map.put("group-size", quantizer.groupSize());
    map.put("scheme", word(quantizer.scheme()));
    map.put("range", word(quantizer.range()));
    return map;
  }

  private static Map<String, Object> write(ActivationQuantizer quantizer) {
    Map<String, Object> map = write(quantizer.format(), quantizer.granularity());
    map.put("observer", word(Observer.Kind.of(quantizer.observer())));
    if (quantizer.observer() instanceof Observer.MovingAverage average) {
      map.put("momentum", average.momentum());
    } else if (quantizer.observer() instanceof Observer.Percentile percentile) {
      map.put("part", percentile.part());
    }
    map.put("range", word(quantizer.range()));
    return map;
  }

  private static Map<String, Object> write(CodeFormat format, Granularity granularity) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("bits", format.bits());
    map.put("symmetry", word(format.symmetry()));
    map.put("sign", word(format.sign()));
    map.put("span", word(format.span()));
    map.put("steps", word(format.steps()));
    map.put("granularity", word(granularity));
    return map;
  }

  private static WeightQuantizer weights(Map<?, ?> map) {
    return new WeightQuantizer(
        format(map),
        constant(Granularity.class, map, "granularity"),
        ((Number) value(map, "group-size")).intValue(),
        constant(WeightScheme.class, map, "scheme"),
        constant(WeightRange.class, map, "range"));
  }

  private static ActivationQuantizer activations(Map<?, ?> map) {
    return new ActivationQuantizer(
        format(map),
        constant(Granularity.class, map, "granularity"),
        observer(map),
        constant(ActivationRange.class, map, "range"));
  }

  private static Observer observer(Map<?, ?> map) {
    return switch (constant(Observer.Kind.class, map, "observer")) {
      case MIN_MAX -> new Observer.MinMax();
      case MOVING_AVERAGE ->
          new Observer.MovingAverage(((Number) value(map, "momentum")).doubleValue());
      case PERCENTILE -> new Observer.Percentile(((Number) value(map, "part")).doubleValue());
      case MEAN_SQUARED_ERROR -> new Observer.LeastSquares();
      case KULLBACK_LEIBLER -> new Observer.LeastDivergence();
    };
  }

  private static CodeFormat format(Map<?, ?> map) {
    return new CodeFormat(
        ((Number) value(map, "bits")).intValue(),
        constant(Symmetry.class, map, "symmetry"),
        constant(CodeFormat.Sign.class, map, "sign"),
        constant(CodeFormat.Span.class, map, "span"),
        constant(CodeFormat.Steps.class, map, "steps"));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, Map<?, ?> map, String key) {
    return Enum.valueOf(type, ((String) value(map, key)).toUpperCase(Locale.ROOT));
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
