package org.sparkqat.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The settings of one described layer, read key by key; each error names layer, key and value. */
final class LayerSettings {

  private final String layer;
  private final Map<String, Object> settings;

  LayerSettings(String layer, Map<String, Object> settings) {
    this.layer = layer;
    this.settings = settings;
  }

  /** Refuses keys that are not among the allowed ones. */
  void requireKeys(List<String> allowed) {
    for (String key : settings.keySet()) {
      if (!allowed.contains(key)) {
        throw new IllegalArgumentException(
            "Invalid key of layer '%s': '%s' (allowed: %s)"
                .formatted(layer, key, String.join(", ", allowed)));
      }
    }
  }

  int integer(String key, int least) {
    return optionalInteger(key, least).orElseThrow(() -> missing(key, "an integer"));
  }

  int integer(String key, int least, int otherwise) {
    return optionalInteger(key, least).orElse(otherwise);
  }

  private OptionalInt optionalInteger(String key, int least) {
    return settings.containsKey(key)
        ? OptionalInt.of(requireInteger(key, settings.get(key), least, ""))
        : OptionalInt.empty();
  }

  float number(String key, float otherwise) {
    if (!settings.containsKey(key)) {
      return otherwise;
    }
    if (settings.get(key) instanceof Number number) {
      return number.floatValue();
    }
    throw invalid(key, settings.get(key), "a number");
  }

  Bias bias() {
    if (!settings.containsKey("bias")) {
      return Bias.WITH;
    }
    if (settings.get("bias") instanceof Boolean bias) {
      return bias ? Bias.WITH : Bias.WITHOUT;
    }
    throw invalid("bias", settings.get("bias"), "true or false");
  }

  /** One of several values by its name; the first is the default. */
  <T> T choice(String key, List<T> choices, Function<T, String> name) {
    if (!settings.containsKey(key)) {
      return choices.get(0);
    }
    for (T choice : choices) {
      if (name.apply(choice).equals(settings.get(key))) {
        return choice;
      }
    }
    String allowed = String.join(", ", choices.stream().map(name).toList());
    throw invalid(key, settings.get(key), allowed);
  }

  /** Kernel, stride (default: that of the given kind of layer) and padding (default 0). */
  Window window(DefaultStride defaultStride) {
    int[] kernel = pair("kernel", 1).orElseThrow(() -> missing("kernel", Pairs.ALLOWED));
    int[] stride =
        pair("stride", 1).orElse(defaultStride == DefaultStride.KERNEL ? kernel : new int[] {1, 1});
    int[] padding = pair("padding", 0).orElse(new int[] {0, 0});
    return new Window(kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]);
  }

  /** Names of the layers it reads, empty when it reads the one before. */
  List<String> inputs() {
    if (!settings.containsKey("inputs")) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    if (settings.get("inputs") instanceof List<?> values) {
      for (Object value : values) {
        if (!(value instanceof String name)) {
          throw invalid("inputs", values, "a list of layer names");
        }
        names.add(name);
      }
    }
    if (names.isEmpty()) {
      throw invalid("inputs", settings.get("inputs"), "a list of layer names");
    }
    return names;
  }

  private Optional<int[]> pair(String key, int least) {
    if (!settings.containsKey(key)) {
      return Optional.empty();
    }
    Object value = settings.get(key);
    if (value instanceof List<?> both) {
      if (both.size() != 2) {
        throw invalid(key, value, Pairs.ALLOWED);
      }
      return Optional.of(
          new int[] {
            requireInteger(key, both.get(0), least, Pairs.SUFFIX),
            requireInteger(key, both.get(1), least, Pairs.SUFFIX)
          });
    }
    int size = requireInteger(key, value, least, Pairs.SUFFIX);
    return Optional.of(new int[] {size, size});
  }

  private int requireInteger(String key, @Nullable Object value, int least, String otherForms) {
    if (value instanceof Integer integer && integer >= least) {
      return integer;
    }
    throw invalid(key, value, "an integer of at least " + least + otherForms);
  }

  private IllegalArgumentException invalid(String key, @Nullable Object value, String allowed) {
    return new IllegalArgumentException(
        "Invalid %s of layer '%s': %s (allowed: %s)".formatted(key, layer, value, allowed));
  }

  private IllegalArgumentException missing(String key, String allowed) {
    return new IllegalArgumentException(
        "Invalid layer '%s': it has no %s (allowed: %s)".formatted(layer, key, allowed));
  }

  /** How far a window moves when no stride is given. */
  enum DefaultStride {
    ONE,
    KERNEL
  }

  /** Words for a value per spatial axis. */
  private static final class Pairs {
    static final String SUFFIX = ", or [height, width]";
    static final String ALLOWED = "an integer" + SUFFIX;
  }
}
