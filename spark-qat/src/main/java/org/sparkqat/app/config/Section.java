package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One group of keys while it is read. A value that is not allowed is reported and replaced by the
 * default, so that reading goes on; every value, given or default, is noted as resolved.
 */
final class Section {

  private final Reading reading;
  private final String path;
  private final Tree.Mapping tree;
  private final Set<String> known = new LinkedHashSet<>();
  private final Map<String, Section> groups = new LinkedHashMap<>();
  private final Map<String, Object> resolved = new LinkedHashMap<>();

  private Section(Reading reading, String path, Tree.Mapping tree) {
    this.reading = reading;
    this.path = path;
    this.tree = tree;
    reading.opened(this);
  }

  static Section root(Reading reading, Tree.Mapping tree) {
    return new Section(reading, "", tree);
  }

  /** A group inside this one; empty when the file has none. */
  Section group(String key) {
    known.add(key);
    Section child =
        groups.computeIfAbsent(key, k -> new Section(reading, path(k), mapping(k, value(k))));
    resolved.put(key, child.resolved);
    return child;
  }

  /** A group that counts only when the file has it. */
  Optional<Section> optionalGroup(String key) {
    known.add(key);
    return has(key) ? Optional.of(group(key)) : Optional.empty();
  }

  /** The groups of a list; none when the file has no list. */
  List<Section> groups(String key) {
    ask(key, "list of groups", "[]");
    List<Section> items = new ArrayList<>();
    List<Tree> trees = list(key);
    for (int i = 0; i < trees.size(); i++) {
      String item = key + "." + i;
      items.add(new Section(reading, path(item), mapping(item, Optional.of(trees.get(i)))));
    }
    resolved.put(key, items.stream().map(Section::resolved).toList());
    return items;
  }

  /** The value of a key, or its default. */
  <T> T value(String key, Kind<T> kind, T fallback) {
    ask(key, kind.allowed(), String.valueOf(kind.written(fallback)));
    return note(key, kind, parsed(key, kind).orElse(fallback));
  }

  /** The value of a key that the file must have; {@code placeholder} when it is missing. */
  <T> T required(String key, Kind<T> kind, T placeholder) {
    ask(key, kind.allowed(), KeyDescription.REQUIRED);
    require(key);
    return note(key, kind, parsed(key, kind).orElse(placeholder));
  }

  /** The value of a key that has no default. */
  <T> Optional<T> optional(String key, Kind<T> kind) {
    ask(key, kind.allowed(), KeyDescription.NONE);
    return parsed(key, kind).map(value -> note(key, kind, value));
  }

  /** The values of a list; a single value counts as a list of one. */
  <T> List<T> values(String key, Kind<T> kind, List<T> fallback) {
    ask(key, "list, each: " + kind.allowed(), fallback.toString());
    List<T> values = has(key) ? items(key, kind) : fallback;
    resolved.put(key, values);
    return values;
  }

  /** The values of a list that the file must have; {@code placeholder} when there are none. */
  <T> List<T> requiredValues(String key, Kind<T> kind, List<T> placeholder) {
    ask(key, "list, each: " + kind.allowed(), KeyDescription.REQUIRED);
    require(key);
    List<T> values = items(key, kind);
    resolved.put(key, values);
    return values.isEmpty() ? placeholder : values;
  }

  int integer(String key, int fallback, Bounds bounds) {
    return Math.toIntExact(value(key, new Kind.Whole(bounds.ofInt()), (long) fallback));
  }

  double real(String key, double fallback, Bounds bounds) {
    return value(key, new Kind.Real(bounds), fallback);
  }

  /** An integer, or the given word (the default) for none. */
  OptionalInt integerOr(String key, String word, Bounds bounds) {
    return value(key, new Kind.WholeOr(word, bounds.ofInt()), OptionalInt.empty());
  }

  boolean flag(String key, boolean fallback) {
    return value(key, new Kind.Flag(), fallback);
  }

  <E extends Enum<E>> E choice(String key, E fallback) {
    return value(key, new Kind.Choice<>(fallback.getDeclaringClass()), fallback);
  }

  /** A group of any keys with text values. */
  Map<String, String> texts(String key, String what) {
    ask(key, what, "{}");
    Map<String, String> values = new LinkedHashMap<>();
    mapping(key, value(key))
        .entries()
        .forEach(
            (name, entry) -> {
              if (entry.value() instanceof Tree.Scalar scalar) {
                values.put(name, scalar.text());
              } else {
                invalid(key + "." + name, entry.value(), "text");
              }
            });
    resolved.put(key, values);
    return values;
  }

  /** A list of groups that somebody else understands; nothing is resolved. */
  List<Map<String, @Nullable Object>> maps(String key, String what) {
    ask(key, what, KeyDescription.NONE);
    List<Map<String, @Nullable Object>> values = new ArrayList<>();
    List<Tree> items = list(key);
    for (int i = 0; i < items.size(); i++) {
      values.add(mapping(key + "." + i, Optional.of(items.get(i))).plain());
    }
    if (!values.isEmpty()) {
      resolved.put(key, values);
    }
    return values;
  }

  boolean has(String key) {
    return value(key).isPresent();
  }

  /** True when the file has a list of the key that is not empty. */
  boolean hasItems(String key) {
    return value(key)
        .filter(tree -> !(tree instanceof Tree.Sequence list && list.items().isEmpty()))
        .isPresent();
  }

  /** True when this reading found a mistake so far, here or elsewhere. */
  boolean hasProblems() {
    return !reading.problems().isEmpty();
  }

  /** The value of {@code supplier}; what it throws is reported at the given key. */
  <T> Optional<T> checked(String key, Supplier<T> supplier) {
    try {
      return Optional.of(supplier.get());
    } catch (IllegalArgumentException e) {
      problem(key, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** Reports a mistake at the given key, or at this group when the file does not have the key. */
  void problem(String key, String message) {
    reading.problems().add(origin(key), message);
  }

  /** Reports a value, as the file or the default has it, that other values forbid. */
  void conflict(String key, String reason) {
    problem(key, "Invalid %s: %s (%s)".formatted(path(key), resolved.get(key), reason));
  }

  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Every key that was asked for. */
  Collection<String> known() {
    return known;
  }

  /** Keys of the file that nobody asked for, with their places; a preset may have some. */
  Map<String, Origin> unknown() {
    Map<String, Origin> unknown = new LinkedHashMap<>();
    tree.entries().forEach((key, entry) -> unknown.put(key, entry.origin()));
    unknown.keySet().removeAll(known);
    unknown.values().removeIf(Origin::isPreset);
    return unknown;
  }

  /** All values of this group as they are in force, defaults included. */
  Map<String, Object> resolved() {
    return resolved;
  }

  private void ask(String key, String allowed, String fallback) {
    if (known.add(key)) {
      reading.asked(new KeyDescription(path(key), allowed, fallback));
    }
  }

  private void require(String key) {
    if (!has(key)) {
      problem(key, "Missing key: " + path(key) + " (required)");
    }
  }

  private <T> T note(String key, Kind<T> kind, T value) {
    resolved.put(key, kind.written(value));
    return value;
  }

  private <T> Optional<T> parsed(String key, Kind<T> kind) {
    return value(key).flatMap(tree -> parsed(key, kind, tree));
  }

  private <T> Optional<T> parsed(String key, Kind<T> kind, Tree tree) {
    if (!(tree instanceof Tree.Scalar scalar)) {
      invalid(key, tree, "one value");
      return Optional.empty();
    }
    Optional<T> value = kind.parse(scalar);
    if (value.isEmpty()) {
      List<String> words = List.of(kind.allowed().split(", "));
      String hint =
          Suggestion.nearest(scalar.text(), words)
              .map(near -> "did you mean '" + near + "'? ")
              .orElse("");
      reading.problems().add(scalar.origin(), message(key, scalar, hint, kind.expected(scalar)));
    }
    return value;
  }

  private <T> List<T> items(String key, Kind<T> kind) {
    List<Tree> trees =
        value(key)
            .map(tree -> tree instanceof Tree.Sequence list ? list.items() : List.of(tree))
            .orElse(List.of());
    List<T> values = new ArrayList<>();
    trees.forEach(tree -> parsed(key, kind, tree).ifPresent(values::add));
    return values;
  }

  private void invalid(String key, Tree value, String allowed) {
    reading.problems().add(value.origin(), message(key, value, "", allowed));
  }

  private String message(String key, Tree value, String hint, String allowed) {
    return "Invalid %s: %s (%sallowed: %s)".formatted(path(key), value.describe(), hint, allowed);
  }

  private Origin origin(String key) {
    Tree.Entry entry = tree.entries().get(key);
    return entry == null ? tree.origin() : entry.origin();
  }

  private Optional<Tree> value(String key) {
    return Optional.ofNullable(tree.entries().get(key))
        .map(Tree.Entry::value)
        .filter(value -> !value.isNull());
  }

  private Tree.Mapping mapping(String key, Optional<Tree> value) {
    Tree found = value.orElseGet(() -> Tree.Mapping.empty(origin(key)));
    if (found instanceof Tree.Mapping mapping) {
      return mapping;
    }
    invalid(key, found, "a group of keys");
    return Tree.Mapping.empty(found.origin());
  }

  private List<Tree> list(String key) {
    Tree found = value(key).orElseGet(() -> new Tree.Sequence(List.of(), origin(key)));
    if (found instanceof Tree.Sequence sequence) {
      return sequence.items();
    }
    invalid(key, found, "a list");
    return List.of();
  }
}
