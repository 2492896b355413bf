package org.sparkqat.distributed.exchange;

import java.util.List;
import org.sparkqat.training.PairwiseTree;
import org.sparkqat.training.PairwiseTree.Node;

/**
 * The contiguous shards of one worker.
 *
 * @param first smallest shard, from 0
 * @param count number of shards, at least 1
 */
public record ShardRange(int first, int count) {

  public ShardRange {
    if (first < 0 || count < 1 || first > Integer.MAX_VALUE - count) {
      throw new IllegalArgumentException(
          "Invalid shards: %d from %d (at least 1, from 0)".formatted(count, first));
    }
  }

  /** The range of one of several workers. */
  public static ShardRange of(int worker, int workers, int shards) {
    int from = (int) ((long) worker * shards / workers);
    int to = (int) ((worker + 1L) * shards / workers);
    return new ShardRange(from, to - from);
  }

  public int last() {
    return first + count - 1;
  }

  public boolean contains(Node node) {
    return node.from() >= first && node.last() <= last();
  }

  /** The fewest subtrees that hold these shards. */
  public List<Node> nodes() {
    return PairwiseTree.cover(first, first + count);
  }

  @Override
  public String toString() {
    return count == 1 ? "shard " + first : "shards " + first + " to " + last();
  }
}
