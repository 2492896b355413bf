package org.sparkqat.data;

import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import org.sparkqat.spark.ScalaSerializable;
import scala.Option;

/** Gives each of W tasks a contiguous range of shards. */
final class ContiguousCoalescer implements PartitionCoalescer, ScalaSerializable {

  private static final long serialVersionUID = 1L;

  @Override
  public PartitionGroup[] coalesce(int workers, RDD<?> parent) {
    int shards = parent.getNumPartitions();
    PartitionGroup[] groups = new PartitionGroup[Math.min(workers, shards)];
    for (int worker = 0; worker < groups.length; worker++) {
      groups[worker] = new PartitionGroup(Option.empty());
      int end = start(worker + 1, groups.length, shards);
      for (int shard = start(worker, groups.length, shards); shard < end; shard++) {
        groups[worker].partitions().$plus$eq(parent.partitions()[shard]);
      }
    }
    return groups;
  }

  private static int start(int worker, int workers, int shards) {
    return (int) ((long) worker * shards / workers);
  }
}
