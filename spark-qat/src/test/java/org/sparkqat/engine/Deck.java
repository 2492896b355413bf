package org.sparkqat.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Deals values in random order, each once before any of them again. */
final class Deck<T> {

  private final List<T> values;
  private final Random random;
  private final Deque<T> left = new ArrayDeque<>();

  Deck(List<T> values, Random random) {
    this.values = List.copyOf(values);
    this.random = random;
  }

  T deal() {
    if (left.isEmpty()) {
      List<T> shuffled = new ArrayList<>(values);
      Collections.shuffle(shuffled, random);
      left.addAll(shuffled);
    }
    return left.pop();
  }
}
