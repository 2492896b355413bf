package org.sparkqat.app.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is done to whole trees. */
final class Trees {

  private Trees() {}

  /**
   * A file over another one: groups of both, key by key; any other value replaces what was there.
   */
  static Tree.Mapping over(Tree.Mapping base, Tree.Mapping later) {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>(base.entries());
    later
        .entries()
        .forEach((key, entry) -> entries.merge(key, entry, (old, other) -> over(old, other)));
    return new Tree.Mapping(entries, base.origin());
  }

  private static Tree.Entry over(Tree.Entry old, Tree.Entry later) {
    return old.value() instanceof Tree.Mapping a && later.value() instanceof Tree.Mapping b
        ? new Tree.Entry(over(a, b), old.origin())
        : later;
  }

  /** Groups of both; where both have a value that is no group, the first one's. */
  static Tree.Mapping under(Tree.Mapping first, Tree.Mapping second) {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>(first.entries());
    second
        .entries()
        .forEach((key, entry) -> entries.merge(key, entry, (own, other) -> under(own, other)));
    return new Tree.Mapping(entries, first.origin());
  }

  /** The same without a key of a group. */
  static Tree.Mapping without(Tree.Mapping tree, String group, String key) {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>(tree.entries());
    entries.computeIfPresent(
        group,
        (name, entry) -> {
          if (!(entry.value() instanceof Tree.Mapping keys)) {
            return entry;
          }
          Map<String, Tree.Entry> rest = new LinkedHashMap<>(keys.entries());
          rest.remove(key);
          return new Tree.Entry(new Tree.Mapping(rest, keys.origin()), entry.origin());
        });
    return new Tree.Mapping(entries, tree.origin());
  }

  private static Tree.Entry under(Tree.Entry own, Tree.Entry other) {
    return own.value() instanceof Tree.Mapping a && other.value() instanceof Tree.Mapping b
        ? new Tree.Entry(under(a, b), own.origin())
        : own;
  }
}
