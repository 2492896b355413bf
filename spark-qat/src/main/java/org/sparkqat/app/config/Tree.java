package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** YAML as it was written, with the place of each value. */
sealed interface Tree {

  Origin origin();

  /** What messages call it: the text of a scalar, or the kind of a collection. */
  String describe();

  /** Text, numbers, lists and maps for readers that know nothing of places. */
  @Nullable Object plain();

  /** True for an empty value, {@code null} or {@code ~}: as good as absent. */
  default boolean isNull() {
    return false;
  }

  /** One value. What type it has is decided by the one who reads it. */
  record Scalar(String text, Style style, Origin origin) implements Tree {

    enum Style {
      PLAIN,
      QUOTED
    }

    @Override
    public String describe() {
      return style == Style.QUOTED || text.isEmpty() ? "'" + text + "'" : text;
    }

    @Override
    public boolean isNull() {
      return style == Style.PLAIN
          && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
    }

    @Override
    public @Nullable Object plain() {
      return style == Style.QUOTED ? text : Numbers.plain(text);
    }
  }

  /** A list. */
  record Sequence(List<Tree> items, Origin origin) implements Tree {

    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return "a list";
    }

    @Override
    public Object plain() {
      List<@Nullable Object> values = new ArrayList<>();
      items.forEach(item -> values.add(item.plain()));
      return values;
    }
  }

  /** Keys and values in the order of the file. */
  record Mapping(Map<String, Entry> entries, Origin origin) implements Tree {

    public Mapping {
      entries = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    static Mapping empty(Origin origin) {
      return new Mapping(Map.of(), origin);
    }

    @Override
    public String describe() {
      return "a group of keys";
    }

    @Override
    public Map<String, @Nullable Object> plain() {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      entries.forEach((key, entry) -> values.put(key, entry.value().plain()));
      return values;
    }
  }

  /**
   * The value of a key.
   *
   * @param origin place of the key
   */
  record Entry(Tree value, Origin origin) {}
}
