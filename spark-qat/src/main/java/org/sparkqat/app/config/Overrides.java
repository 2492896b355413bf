package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of {@code --set a.b=c} options into a tree; a number selects an item of a list.
 */
final class Overrides {

  private final Function<String, Optional<String>> environment;
  private final Problems problems;

  Overrides(Function<String, Optional<String>> environment, Problems problems) {
    this.environment = environment;
    this.problems = problems;
  }

  Tree.Mapping apply(Tree.Mapping root, List<String> options) {
    Tree.Mapping tree = root;
    for (String option : options) {
      tree = apply(tree, option);
    }
    return tree;
  }

  private Tree.Mapping apply(Tree.Mapping root, String option) {
    Origin origin = Origin.override(option);
    int equals = option.indexOf('=');
    List<String> path =
        equals < 1 ? List.of() : List.of(option.substring(0, equals).split("\\.", -1));
    if (path.isEmpty() || path.stream().anyMatch(String::isBlank)) {
      problems.add(origin, "Invalid --set: " + option + " (expects key.of.value=value)");
      return root;
    }
    Tree value = YamlText.value(option.substring(equals + 1), origin, environment, problems);
    return (Tree.Mapping) replaced(root, path, 0, value);
  }

  /** A copy of {@code tree} whose value at {@code path[at ...]} is {@code value}. */
  private Tree replaced(@Nullable Tree tree, List<String> path, int at, Tree value) {
    if (at == path.size()) {
      return value;
    }
    String key = path.get(at);
    if (tree instanceof Tree.Sequence sequence) {
      return replacedItem(sequence, path, at, value);
    }
    if (tree == null || tree.isNull()) {
      return key.equals("0")
          ? replacedItem(new Tree.Sequence(List.of(), value.origin()), path, at, value)
          : replacedEntry(Tree.Mapping.empty(value.origin()), path, at, value);
    }
    if (!(tree instanceof Tree.Mapping mapping)) {
      problems.add(
          value.origin(),
          "Cannot set %s: %s is %s, not a group of keys"
              .formatted(
                  String.join(".", path), String.join(".", path.subList(0, at)), tree.describe()));
      return tree;
    }
    return replacedEntry(mapping, path, at, value);
  }

  private Tree replacedEntry(Tree.Mapping mapping, List<String> path, int at, Tree value) {
    String key = path.get(at);
    Map<String, Tree.Entry> entries = new LinkedHashMap<>(mapping.entries());
    Tree.Entry old = entries.get(key);
    Tree child = replaced(old == null ? null : old.value(), path, at + 1, value);
    Origin origin = old == null || at + 1 == path.size() ? value.origin() : old.origin();
    entries.put(key, new Tree.Entry(child, origin));
    return new Tree.Mapping(entries, mapping.origin());
  }

  private Tree replacedItem(Tree.Sequence list, List<String> path, int at, Tree value) {
    OptionalLong index = Numbers.integer(path.get(at));
    int size = list.items().size();
    if (index.isEmpty() || index.getAsLong() < 0 || index.getAsLong() > size) {
      problems.add(
          value.origin(),
          "Invalid index of list %s: %s (allowed: 0 to %d)"
              .formatted(String.join(".", path.subList(0, at)), path.get(at), size));
      return list;
    }
    int i = (int) index.getAsLong();
    List<Tree> items = new ArrayList<>(list.items());
    if (i == size) {
      items.add(replaced(null, path, at + 1, value));
    } else {
      items.set(i, replaced(items.get(i), path, at + 1, value));
    }
    return new Tree.Sequence(items, list.origin());
  }
}
