package org.sparkqat.app.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sparkqat.analysis.Hutchinson.Trace;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.Sensitivity;
import org.sparkqat.analysis.Variant;
import org.sparkqat.analysis.WeightError;

/** A sensitivity analysis as JSON, written and read. */
public final class SensitivityJson {

  private SensitivityJson() {}

  public static String write(Sensitivity sensitivity) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("network", sensitivity.network());
    map.put("examples", sensitivity.examples());
    map.put("bits", sensitivity.bits());
    map.put("float", measured(sensitivity.reference()));
    map.put("layers", sensitivity.layers().stream().map(SensitivityJson::layer).toList());
    map.put("grid", sensitivity.rows().stream().map(SensitivityJson::row).toList());
    return Json.document(map);
  }

  private static Map<String, @Nullable Object> measured(Measurement found) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("loss", finite(found.loss()));
    map.put("accuracy", finite(found.accuracy()));
    map.put("noise", finite(found.noise()));
    map.put("signal", finite(found.signal()));
    map.put("sqnr", finite(found.sqnr()));
    return map;
  }

  private static Map<String, @Nullable Object> layer(Sensitivity.Layer layer) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", layer.name());
    map.put("weights", layer.weights());
    if (layer.weights() > 0) {
      layer
          .trace()
          .ifPresent(
              trace -> {
                map.put("hessian-trace", finite(trace.mean()));
                map.put("hessian-trace-error", finite(trace.error()));
              });
      map.put("squared-gradient", finite(layer.squaredGradient()));
      map.put("weight-errors", errors(layer.errors()));
    }
    return map;
  }

  private static List<Map<String, @Nullable Object>> errors(Map<Integer, WeightError> errors) {
    List<Map<String, @Nullable Object>> list = new ArrayList<>();
    new TreeMap<>(errors)
        .forEach(
            (bits, error) -> {
              Map<String, @Nullable Object> map = new LinkedHashMap<>();
              map.put("bits", bits);
              map.put("signal", finite(error.signal()));
              map.put("noise", finite(error.noise()));
              map.put("own-noise", finite(error.ownNoise()));
              map.put("sqnr", finite(error.sqnr()));
              list.add(map);
            });
    return list;
  }

  private static Map<String, @Nullable Object> row(Sensitivity.Row row) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("layer", row.variant().layer());
    map.put("part", row.variant().part().toString());
    map.put("bits", row.variant().bits());
    map.put("scope", row.variant().scope().toString());
    map.putAll(measured(row.found()));
    return map;
  }

  private static @Nullable Object finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /**
   * The inverse of {@link #write}.
   *
   * @param source where the text is from, for messages
   */
  public static Sensitivity read(String text, String source) {
    Map<String, @Nullable Object> map =
        Json.parse(text).orElseThrow(() -> invalid(source, "no JSON"));
    try {
      return new Sensitivity(
          (String) value(map, "network"),
          integer(map, "examples"),
          list(map, "bits").stream().map(bits -> ((Number) bits).intValue()).toList(),
          measurement(group(value(map, "float"))),
          list(map, "layers").stream().map(each -> readLayer(group(each))).toList(),
          list(map, "grid").stream().map(each -> readRow(group(each))).toList());
    } catch (ClassCastException | IllegalArgumentException e) {
      throw invalid(source, String.valueOf(e.getMessage()));
    }
  }

  private static IllegalArgumentException invalid(String source, String why) {
    return new IllegalArgumentException(
        "Invalid sensitivity: %s (must be what sensitivity --to wrote; %s)".formatted(source, why));
  }

  private static Sensitivity.Layer readLayer(Map<?, ?> map) {
    Map<Integer, WeightError> errors = new TreeMap<>();
    if (map.get("weight-errors") instanceof List<?> all) {
      for (Object each : all) {
        Map<?, ?> error = group(each);
        errors.put(
            integer(error, "bits"),
            new WeightError(
                number(error, "signal"), number(error, "noise"), number(error, "own-noise")));
      }
    }
    Optional<Trace> trace =
        map.containsKey("hessian-trace")
            ? Optional.of(
                new Trace(number(map, "hessian-trace"), number(map, "hessian-trace-error")))
            : Optional.empty();
    return new Sensitivity.Layer(
        (String) value(map, "name"),
        ((Number) value(map, "weights")).longValue(),
        trace,
        number(map, "squared-gradient"),
        errors);
  }

  private static Sensitivity.Row readRow(Map<?, ?> map) {
    return new Sensitivity.Row(
        new Variant(
            (String) value(map, "layer"),
            constant(Variant.Part.values(), value(map, "part")),
            integer(map, "bits"),
            constant(Variant.Scope.values(), value(map, "scope"))),
        measurement(map));
  }

  private static <E extends Enum<E>> E constant(E[] all, Object word) {
    return Arrays.stream(all)
        .filter(each -> each.toString().equals(word))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("'" + word + "' is none of " + List.of(all)));
  }

  private static Measurement measurement(Map<?, ?> map) {
    return new Measurement(
        number(map, "loss"), number(map, "accuracy"), number(map, "noise"), number(map, "signal"));
  }

  private static int integer(Map<?, ?> map, String key) {
    return ((Number) value(map, key)).intValue();
  }

  private static double number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return (List<?>) value(map, key);
  }

  private static Map<?, ?> group(Object value) {
    return (Map<?, ?>) value;
  }

  private static Object value(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no '" + key + "'");
    }
    return value;
  }
}
