package org.sparkqat.distributed.worker;

import java.util.ArrayList;
import java.util.List;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

/**
 * The results of a worker's shards in one step, summed as far as they may be before they travel.
 */
public final class PartialSums {

  private final boolean summed;
  private final TreeSum<StepResult> sum;
  private final List<TreeSum.Part<StepResult>> apart = new ArrayList<>();

  private PartialSums(int shards, boolean summed) {
    this.summed = summed;
    this.sum = new TreeSum<>(shards, StepResult::merge);
  }

  /** Sums of the aligned subtrees that the worker has. */
  static PartialSums summed(int shards) {
    return new PartialSums(shards, true);
  }

  /** The result of each shard. */
  static PartialSums apart(int shards) {
    return new PartialSums(shards, false);
  }

  /** Takes the result of a shard, of which nothing is kept that is not copied. */
  public void add(int shard, StepResult result) {
    if (summed) {
      sum.add(shard, sum.mergesAtOnce(shard) ? result : result.copy());
    } else {
      apart.add(new TreeSum.Part<>(Node.leaf(shard), result.copy()));
    }
  }

  public List<TreeSum.Part<StepResult>> parts() {
    return summed ? sum.parts() : apart;
  }
}
