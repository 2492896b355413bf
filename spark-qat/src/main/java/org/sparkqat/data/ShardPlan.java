package org.sparkqat.data;

import java.io.Serializable;

/**
 * Which ranks are in which shard: shard i has the ranks from ⌊i·N/S⌋ to ⌊(i+1)·N/S⌋ − 1, so that
 * two shards differ by one example at most.
 *
 * @param examples N, how many examples there are
 * @param shards S, from 1 to 65,536
 */
record ShardPlan(long examples, int shards) implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int MAX_SHARDS = 1 << 16;

  ShardPlan {
    requireValid(shards);
  }

  static void requireValid(int shards) {
    if (shards < 1 || shards > MAX_SHARDS) {
      throw new InvalidDataException(
          "Invalid shards: " + shards + " (allowed: 1 to " + MAX_SHARDS + ")");
    }
  }

  int shard(long rank) {
    return (int) ((Math.multiplyExact(rank + 1, (long) shards) - 1) / examples);
  }

  int size(int shard) {
    return Math.toIntExact(start(shard + 1) - start(shard));
  }

  /** The first rank of a shard; that of shard S is N. */
  long start(int shard) {
    return Math.multiplyExact(examples, (long) shard) / shards;
  }
}
