package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.List;

/** Collects the mistakes of a configuration, so that all are reported at once. */
final class Problems {

  private final List<Problem> problems = new ArrayList<>();

  void add(Origin origin, String message) {
    problems.add(new Problem(origin, message));
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(problems);
    }
  }
}
