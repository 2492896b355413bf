package org.sparkqat.distributed;

import java.util.List;
import org.sparkqat.training.PairwiseTree;
import org.sparkqat.training.PairwiseTree.Node;

/**
 * The contiguous shards of one worker.
 *
 * @param first smallest shard, from 0
 * @param count number of shards, at least 1
 */
record ShardRange(int first, int count) {

  ShardRange {
    if (first < 0 || count < 1 || first > Integer.MAX_VALUE - count) {
      throw new IllegalArgumentException(
          "Invalid shards: %d from %d (at least 1, from 0)".formatted(count, first));
    }
  }

  /** The range of one of several workers. */
  static ShardRange of(int worker, int workers, int shards) {
    int from = (int) ((long) worker * shards / workers);
    int to = (int) ((worker + 1L) * shards / workers);
    return new ShardRange(from, to - from);
  }

  int last() {
    return first + count - 1;
  }

  boolean contains(Node node) {
    return node.from() >= first && node.last() <= last();
  }

  /** The fewest subtrees that hold these shards. */
  List<Node> nodes() {
    return PairwiseTree.cover(first, first + count);
  }

  @Override
  public String toString() {
    return count == 1 ? "shard " + first : "shards " + first + " to " + last();
  }
}
