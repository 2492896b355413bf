package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;

/**
 * The one binary tree over shard numbers in which floating-point sums are made, whoever makes them.
 */
public final class PairwiseTree {

  private PairwiseTree() {}

  /** The whole tree of a power-of-two number of shards. */
  public static Node root(int shards) {
    if (shards < 1 || Integer.bitCount(shards) != 1) {
      throw Limits.invalid("shards", shards, "must be a power of two");
    }
    return new Node(Integer.numberOfTrailingZeros(shards), 0);
  }

  /**
   * The fewest subtrees that together hold the shards {@code from ... to - 1}, in shard order.
   *
   * @param from first shard, at least 0
   * @param to one past the last shard, above {@code from}
   */
  public static List<Node> cover(int from, int to) {
    if (from < 0 || to <= from) {
      throw Limits.invalid("shards", from + " to " + to, "a range from 0 up that is not empty");
    }
    List<Node> nodes = new ArrayList<>();
    int first = from;
    while (first < to) {
      int fits = Integer.numberOfTrailingZeros(Integer.highestOneBit(to - first));
      int level = Math.min(Integer.numberOfTrailingZeros(first), fits);
      nodes.add(new Node(level, first >> level));
      first += 1 << level;
    }
    return nodes;
  }

  /**
   * A subtree: the shards {@code index * 2^level ... (index + 1) * 2^level - 1}.
   *
   * @param level 0 for a single shard, at most 30
   * @param index position among the subtrees of its level, from 0
   */
  public record Node(int level, int index) {

    public Node {
      if (level < 0 || level > 30 || index < 0 || index > Integer.MAX_VALUE >> level) {
        throw Limits.invalid("node", level + "/" + index, "level 0 to 30, index from 0");
      }
    }

    /** The subtree of one shard. */
    public static Node leaf(int shard) {
      return new Node(0, shard);
    }

    /** First shard. */
    public int from() {
      return index << level;
    }

    /** Number of shards. */
    public int size() {
      return 1 << level;
    }

    /** Last shard. */
    public int last() {
      return from() + (size() - 1);
    }

    public boolean isLeft() {
      return (index & 1) == 0;
    }

    public Node sibling() {
      return new Node(level, index ^ 1);
    }

    public Node parent() {
      return new Node(level + 1, index >> 1);
    }

    public boolean overlaps(Node other) {
      return from() <= other.last() && other.from() <= last();
    }

    @Override
    public String toString() {
      return level == 0 ? "shard " + index : "shards " + from() + " to " + last();
    }
  }
}
