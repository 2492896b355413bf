package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Rules of {@code quantization.layers} that give weights a number of bits, layer by layer. */
public final class WeightRules {

  private static final String QUANTIZATION = "quantization";
  private static final String LAYERS = "layers";
  private static final String MATCH = "match";
  private static final String WEIGHTS = "weights";
  private static final String BITS = "bits";

  private WeightRules() {}

  /**
   * The bits of the rules of a document.
   *
   * @param source what messages call it
   * @throws IllegalArgumentException when it is no document of such rules
   */
  public static Map<String, Integer> read(String source, String yaml) {
    Map<String, Integer> bits = new LinkedHashMap<>();
    for (Object rule : list(group(load(source, yaml), QUANTIZATION).get(LAYERS))) {
      Map<String, Object> of = mapping(rule);
      if (!(of.get(MATCH) instanceof String layer)
          || !(mapping(of.get(WEIGHTS)).get(BITS) instanceof Integer each)) {
        throw new IllegalArgumentException(
            "Invalid rule in %s: %s (must have match, and bits of weights)"
                .formatted(source, rule));
      }
      bits.put(layer, each);
    }
    return bits;
  }

  /** A resolved configuration with rules after its own ones, and nothing to be chosen. */
  static Map<String, Object> added(String resolved, Map<String, Integer> bits) {
    Map<String, Object> root = load("config.yaml", resolved);
    Map<String, Object> quantization = group(root, QUANTIZATION);
    quantization.remove(BitSearchReader.GROUP);
    quantization.put(Preset.KEY, "none");
    List<Object> rules = new ArrayList<>(list(quantization.get(LAYERS)));
    bits.forEach((layer, each) -> rules.add(rule(layer, each)));
    quantization.put(LAYERS, rules);
    root.put(QUANTIZATION, quantization);
    return root;
  }

  private static Map<String, Object> rule(String layer, int bits) {
    Map<String, Object> rule = new LinkedHashMap<>();
    rule.put(MATCH, layer);
    rule.put(WEIGHTS, Map.of(BITS, bits));
    return rule;
  }

  private static Map<String, Object> load(String source, String yaml) {
    try {
      return mapping(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
    } catch (YAMLException e) {
      throw new IllegalArgumentException("Invalid YAML in " + source + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> group(Map<String, Object> of, String key) {
    return mapping(of.get(key));
  }

  private static Map<String, Object> mapping(@Nullable Object value) {
    Map<String, Object> mapping = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> found) {
      found.forEach((key, each) -> mapping.put(String.valueOf(key), each));
    }
    return mapping;
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }
}
