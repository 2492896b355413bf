package org.sparkqat.app.config;

import java.util.Comparator;

/** One mistake in a configuration; problems of a file come together, in the order of its lines. */
record Problem(Origin origin, String message) implements Comparable<Problem> {

  private static final Comparator<Problem> ORDER =
      Comparator.comparing((Problem problem) -> problem.origin().line() == 0)
          .thenComparing(problem -> problem.origin().source())
          .thenComparing(problem -> problem.origin().line())
          .thenComparing(Problem::message);

  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return origin + ": " + message;
  }
}
