package org.sparkqat.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.sparkqat.training.PairwiseTree.Node;

/**
 * Merges partial sums along the {@link PairwiseTree} as they come, in any order: the result has the
 * same bits however the shards were shared out. Not thread-safe.
 */
public final class TreeSum<T> {

  /** A subtree and its sum. */
  public record Part<T>(Node node, T value) {}

  private final Node root;
  private final BinaryOperator<T> merge;
  private final NavigableMap<Node, T> parts =
      new TreeMap<>(Comparator.comparingInt(Node::from).thenComparingInt(Node::level));

  /**
   * An empty sum.
   *
   * @param shards a power of two
   * @param merge takes the lower shards' sum first; may change and return it
   */
  public TreeSum(int shards, BinaryOperator<T> merge) {
    this.root = PairwiseTree.root(shards);
    this.merge = merge;
  }

  /** Sums of float arrays, which are changed. */
  public static TreeSum<float[]> ofFloats(int shards) {
    return new TreeSum<>(shards, TreeSum::addFloats);
  }

  /** Sums of double arrays, which are changed. */
  public static TreeSum<double[]> ofDoubles(int shards) {
    return new TreeSum<>(shards, TreeSum::addDoubles);
  }

  /** Adds one shard. */
  public void add(int shard, T value) {
    add(Node.leaf(shard), value);
  }

  /**
   * Adds a subtree and merges it with its sibling as far up as possible.
   *
   * @throws IllegalArgumentException when a shard of it is not of this tree or was added before
   */
  public void add(Node node, T value) {
    requireNew(node);
    Node at = node;
    T sum = value;
    while (!at.equals(root) && parts.containsKey(at.sibling())) {
      T other = Objects.requireNonNull(parts.remove(at.sibling()));
      sum = at.isLeft() ? merge.apply(sum, other) : merge.apply(other, sum);
      at = at.parent();
    }
    parts.put(at, sum);
  }

  /** True when adding this shard only reads its value: it is merged into its left sibling's. */
  public boolean mergesAtOnce(int shard) {
    Node node = Node.leaf(shard);
    return !node.isLeft() && parts.containsKey(node.sibling());
  }

  /** True when every shard was added. */
  public boolean isComplete() {
    return parts.size() == 1 && parts.firstKey().equals(root);
  }

  /** True when any shard of the subtree was added. */
  public boolean overlaps(Node node) {
    return parts.keySet().stream().anyMatch(node::overlaps);
  }

  /** What was added, as the fewest subtrees, in shard order. */
  public List<Part<T>> parts() {
    List<Part<T>> list = new ArrayList<>();
    parts.forEach((node, value) -> list.add(new Part<>(node, value)));
    return list;
  }

  /** The sum of all shards. */
  public T total() {
    if (!isComplete()) {
      throw new IllegalStateException(
          "Cannot sum all of " + root + ": only " + parts.keySet() + " arrived");
    }
    return parts.firstEntry().getValue();
  }

  private void requireNew(Node node) {
    if (node.last() > root.last()) {
      throw Limits.invalid("node of a sum", node, "allowed: " + root);
    }
    for (Node present : parts.keySet()) {
      if (present.overlaps(node)) {
        throw Limits.invalid("node of a sum", node, present + " arrived before");
      }
    }
  }

  private static float[] addFloats(float[] low, float[] high) {
    Limits.requireLength("partial sum", high.length, low.length);
    for (int i = 0; i < low.length; i++) {
      low[i] += high[i];
    }
    return low;
  }

  private static double[] addDoubles(double[] low, double[] high) {
    Limits.requireLength("partial sum", high.length, low.length);
    for (int i = 0; i < low.length; i++) {
      low[i] += high[i];
    }
    return low;
  }
}
