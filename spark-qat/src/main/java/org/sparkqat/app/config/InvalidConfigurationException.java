package org.sparkqat.app.config;

import java.util.List;
import java.util.stream.Collectors;

/** All mistakes of a configuration at once, one a line, each with its place. */
public final class InvalidConfigurationException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  InvalidConfigurationException(Problem problem) {
    this(List.of(problem));
  }

  InvalidConfigurationException(List<Problem> problems) {
    super(
        problems.stream()
            .sorted()
            .map(Problem::toString)
            .distinct()
            .collect(Collectors.joining("\n")));
  }
}
