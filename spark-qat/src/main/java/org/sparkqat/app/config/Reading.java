package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What one reading of a configuration finds out: its mistakes and the keys it asked for. */
final class Reading {

  private final Problems problems;
  private final List<Section> sections = new ArrayList<>();
  private final Set<KeyDescription> keys = new LinkedHashSet<>();

  Reading(Problems problems) {
    this.problems = problems;
  }

  Problems problems() {
    return problems;
  }

  void opened(Section section) {
    sections.add(section);
  }

  void asked(KeyDescription key) {
    keys.add(key);
  }

  Set<KeyDescription> keys() {
    return keys;
  }

  /** Reports every key of the file that nobody asked for; to be called when all is read. */
  void reportUnknownKeys() {
    for (Section section : sections) {
      section.unknown().forEach((key, origin) -> problems.add(origin, unknown(section, key)));
    }
  }

  private String unknown(Section section, String key) {
    Collection<String> allowed = section.known();
    String hint =
        Suggestion.nearest(key, allowed)
            .map(near -> "did you mean '" + near + "'? ")
            .or(() -> elsewhere(key).map(path -> "did you mean " + path + "? "))
            .orElse("");
    return "Unknown key: %s (%sallowed: %s)"
        .formatted(section.path(key), hint, String.join(", ", allowed));
  }

  private java.util.Optional<String> elsewhere(String key) {
    return keys.stream()
        .map(KeyDescription::path)
        .filter(path -> path.endsWith("." + key) && !path.contains(".N."))
        .findFirst();
  }
}
