package org.sparkqat.app.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The keys of a configuration that decide the result: a run goes on only where they are equal. */
final class Fingerprint {

  /** Where data and outputs lie, who computes, and when states are written down. */
  private static final List<String> WITHOUT_EFFECT =
      List.of(
          "data.train.",
          "data.test.",
          "data.validation.format",
          "data.validation.options",
          "data.storage",
          "model.weights",
          "training.engine",
          "training.instruction-set",
          "training.checkpoint.",
          "cluster.",
          "output.");

  /** Where they lie has no effect, but that they are there: decisions are taken on them. */
  private static final List<String> GIVEN =
      List.of("data.validation.path", DistillationConfiguration.TEACHER);

  /** Rounds gradients, unless they travel as they are. */
  private static final String ENCODING = "cluster.gradient-encoding";

  private static final String EXACT = "float32";

  private Fingerprint() {}

  /** Each key's value as text. */
  static Map<String, String> of(Map<String, Object> resolved) {
    Map<String, String> flat = new TreeMap<>();
    flatten("", resolved, flat);
    GIVEN.forEach(path -> flat.computeIfPresent(path, (key, value) -> "given"));
    flat.entrySet().removeIf(e -> !isDecisive(e.getKey(), e.getValue()));
    return flat;
  }

  private static boolean isDecisive(String key, String value) {
    if (key.equals(ENCODING)) {
      return !value.equals(EXACT);
    }
    return WITHOUT_EFFECT.stream().noneMatch(key::startsWith);
  }

  private static void flatten(String path, Object value, Map<String, String> flat) {
    if (value instanceof Map<?, ?> group) {
      group.forEach(
          (key, child) -> flatten(path.isEmpty() ? "" + key : path + "." + key, child, flat));
    } else {
      flat.put(path, String.valueOf(value));
    }
  }
}
