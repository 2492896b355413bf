package org.sparkqat.quantization;

import java.util.Random;

/** Random inputs from one printed seed, which {@code -Dtest.seed=…} replays. */
final class RandomInputs {

  private RandomInputs() {}

  static Random random() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    System.out.printf("replay with -Dtest.seed=%d%n", seed);
    return new Random(seed);
  }
}
