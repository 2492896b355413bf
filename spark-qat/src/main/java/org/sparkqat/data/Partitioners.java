package org.sparkqat.data;

import org.apache.spark.Partitioner;

/** The two ways in which examples are spread while they are sharded. */
final class Partitioners {

  private Partitioners() {}

  /** Equal intervals of the key space: keys are hashes, so the parts are of about one size. */
  static Partitioner byKey(int parts) {
    return new ByKey(parts);
  }

  /** The shard of a rank. */
  static Partitioner byShard(ShardPlan plan) {
    return new ByShard(plan);
  }

  private static final class ByKey extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final int parts;

    private ByKey(int parts) {
      this.parts = parts;
    }

    @Override
    public int numPartitions() {
      return parts;
    }

    @Override
    public int getPartition(Object example) {
      return (int) Math.multiplyHigh(((KeyedExample) example).high >>> 1, 2L * parts);
    }
  }

  private static final class ByShard extends Partitioner {
    private static final long serialVersionUID = 1L;
    private final ShardPlan plan;

    private ByShard(ShardPlan plan) {
      this.plan = plan;
    }

    @Override
    public int numPartitions() {
      return plan.shards();
    }

    @Override
    public int getPartition(Object rank) {
      return plan.shard((Long) rank);
    }
  }
}
