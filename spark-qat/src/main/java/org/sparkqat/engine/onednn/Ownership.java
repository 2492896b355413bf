package org.sparkqat.engine.onednn;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be released, latest first, each once. */
final class Ownership implements AutoCloseable {

  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Takes over the duty to release something that has just been created. */
  void add(Runnable release) {
    releases.push(release);
  }

  @Override
  public void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}
