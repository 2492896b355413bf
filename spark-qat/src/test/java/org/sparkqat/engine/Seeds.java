package org.sparkqat.engine;

import java.util.Random;

/** Random inputs from one printed seed, which {@code -Dtest.seed=…} replays. */
public final class Seeds {

  private Seeds() {}

  public static Random random() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    System.out.printf("replay with -Dtest.seed=%d%n", seed);
    return new Random(seed);
  }
}
