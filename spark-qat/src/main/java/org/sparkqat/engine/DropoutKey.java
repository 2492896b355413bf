package org.sparkqat.engine;

import org.sparkqat.tensor.CounterRandom;

/** The counters of the random numbers that dropout uses in one micro-batch. */
public record DropoutKey(long seed, long step, int shard) {

  /**
   * The draw of an element in [0, 1): one below the rate drops it.
   *
   * @param block index of the dropout's block
   * @param element index in {@code [N, C, H, W]}
   */
  public float draw(int block, int element) {
    long place = ((long) shard << 32) | block;
    return CounterRandom.uniform(seed, CounterRandom.Purpose.DROPOUT, step, place, element);
  }
}
