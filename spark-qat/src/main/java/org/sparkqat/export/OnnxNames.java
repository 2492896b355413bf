package org.sparkqat.export;

import java.util.HashSet;
import java.util.Set;

/** Gives each value of a graph a name of its own. */
final class OnnxNames {

  private final Set<String> taken = new HashSet<>();

  OnnxNames(String... reserved) {
    taken.addAll(Set.of(reserved));
  }

  /** The wished name, with a number behind it when it is taken. */
  String unique(String wish) {
    String name = wish;
    for (int copy = 2; !taken.add(name); copy++) {
      name = wish + "." + copy;
    }
    return name;
  }
}
