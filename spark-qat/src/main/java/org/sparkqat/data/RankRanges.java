package org.sparkqat.data;

import java.util.Arrays;
import org.apache.spark.Dependency;
import org.apache.spark.NarrowDependency;
import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;
import scala.collection.immutable.List;
import scala.collection.immutable.List$;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag$;

/**
 * Shards cut from the sorted examples: the ranks of a shard lie in a few neighbouring partitions,
 * whose examples it reads one after the other, without another shuffle.
 */
final class RankRanges extends RDD<byte[]> {

  private static final long serialVersionUID = 1L;

  private final long[] firstRanks;
  private final ShardPlan plan;

  /**
   * The contents of the examples of each shard.
   *
   * @param firstRanks rank of the first example of each partition, and at the end how many there
   *     are
   */
  RankRanges(RDD<KeyedExample> sorted, long[] firstRanks, ShardPlan plan) {
    super(
        sorted.context(),
        dependencies(sorted, firstRanks, plan),
        ClassTag$.MODULE$.apply(byte[].class));
    this.firstRanks = firstRanks;
    this.plan = plan;
  }

  /** How many examples are read for all shards together, those of other shards included. */
  static long reads(long[] firstRanks, ShardPlan plan) {
    long reads = 0;
    for (int shard = 0; shard < plan.shards(); shard++) {
      int end = endPart(firstRanks, plan, shard);
      for (int part = firstPart(firstRanks, plan, shard); part < end; part++) {
        reads += firstRanks[part + 1] - firstRanks[part];
      }
    }
    return reads;
  }

  /** The partition that holds the first rank of a shard. */
  private static int firstPart(long[] firstRanks, ShardPlan plan, int shard) {
    return partsUpTo(firstRanks, plan.start(shard)) - 1;
  }

  /** The partition behind that of the last rank of a shard. */
  private static int endPart(long[] firstRanks, ShardPlan plan, int shard) {
    return plan.size(shard) == 0
        ? firstPart(firstRanks, plan, shard)
        : partsUpTo(firstRanks, plan.start(shard + 1) - 1);
  }

  /** How many partitions start at or before a rank; the last of them holds it. */
  private static int partsUpTo(long[] firstRanks, long rank) {
    int low = 0;
    int high = firstRanks.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (firstRanks[middle] <= rank) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static Seq<Dependency<?>> dependencies(
      RDD<KeyedExample> sorted, long[] firstRanks, ShardPlan plan) {
    List<Dependency<?>> none = List$.MODULE$.empty();
    return none.$colon$colon(new Overlap(sorted, firstRanks, plan));
  }

  /** A shard needs the partitions that hold its ranks. */
  private static final class Overlap extends NarrowDependency<KeyedExample> {
    private static final long serialVersionUID = 1L;
    private final long[] firstRanks;
    private final ShardPlan plan;

    private Overlap(RDD<KeyedExample> sorted, long[] firstRanks, ShardPlan plan) {
      super(sorted);
      this.firstRanks = firstRanks;
      this.plan = plan;
    }

    @Override
    public Seq<Object> getParents(int shard) {
      List<Object> parts = List$.MODULE$.empty();
      int first = firstPart(firstRanks, plan, shard);
      for (int part = endPart(firstRanks, plan, shard) - 1; part >= first; part--) {
        parts = parts.$colon$colon(part);
      }
      return parts;
    }
  }

  /** The partition of one shard. */
  private record Part(int index) implements Partition {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public Partition[] getPartitions() {
    Partition[] parts = new Partition[plan.shards()];
    Arrays.setAll(parts, Part::new);
    return parts;
  }

  @Override
  public Iterator<byte[]> compute(Partition shard, TaskContext task) {
    return new Contents(shard.index(), task);
  }

  private RDD<KeyedExample> sorted() {
    return firstParent(ClassTag$.MODULE$.<KeyedExample>apply(KeyedExample.class));
  }

  /** The examples of a shard; reads each partition to its end, where Spark frees its sort. */
  private final class Contents extends AbstractIterator<byte[]> {
    private final TaskContext task;
    private final long end;
    private long rank;
    private int part;
    private Iterator<KeyedExample> examples;
    private long position;

    private Contents(int shard, TaskContext task) {
      this.task = task;
      this.rank = plan.start(shard);
      this.end = plan.start(shard + 1);
      this.part = firstPart(firstRanks, plan, shard);
      this.position = firstRanks[part];
      List<KeyedExample> none = List$.MODULE$.empty();
      this.examples = rank < end ? open(part) : none.iterator();
      while (position < rank) {
        take();
      }
    }

    private Iterator<KeyedExample> open(int number) {
      return sorted().iterator(sorted().partitions()[number], task);
    }

    private KeyedExample take() {
      if (position == firstRanks[part + 1] || !examples.hasNext()) {
        throw changed();
      }
      position++;
      return examples.next();
    }

    private IllegalStateException changed() {
      return new IllegalStateException(
          "Cannot build a shard: partition %d has %s examples than before (the data changed while it was read)"
              .formatted(part, examples.hasNext() ? "more" : "fewer"));
    }

    @Override
    public boolean hasNext() {
      return rank < end;
    }

    @Override
    public byte[] next() {
      while (position == firstRanks[part + 1]) {
        finish();
        part++;
        examples = open(part);
      }
      KeyedExample example = take();
      rank++;
      if (rank == end) {
        while (position < firstRanks[part + 1]) {
          take();
        }
        finish();
      }
      return example.content;
    }

    private void finish() {
      if (examples.hasNext()) {
        throw changed();
      }
    }
  }
}
