package org.sparkqat.data;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.util.CollectionAccumulator;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/**
 * The examples of a data set in the order of their keys, each with its rank. The driver sees one
 * number for each partition; sorts are Spark's, which spill to disk.
 *
 * @param firstRanks rank of the first example of each partition, and at the end how many there are
 */
record RankedExamples(JavaRDD<KeyedExample> sorted, long[] firstRanks, Spills spills) {

  private static final int MAX_READS = 3;

  /**
   * Shuffles and counts the examples.
   *
   * @param portion which of them
   * @param parts at least so many partitions
   * @throws InvalidDataException if there is a mistake among the examples, or none at all
   */
  static RankedExamples of(
      JavaRDD<KeyedExample> examples,
      Portion portion,
      int parts,
      CollectionAccumulator<String> mistakes,
      Spills spills) {
    JavaRDD<KeyedExample> wanted = portion.isAll() ? examples : examples.filter(portion::holds);
    JavaRDD<KeyedExample> sorted = sort(wanted, parts, spills);
    long[] firstRanks = firstRanks(sorted, mistakes, spills);
    if (firstRanks[firstRanks.length - 1] == 0) {
      throw new InvalidDataException(portion.emptiness());
    }
    return new RankedExamples(sorted, firstRanks, spills);
  }

  private static JavaRDD<KeyedExample> sort(
      JavaRDD<KeyedExample> examples, int parts, Spills spills) {
    int partitions = Math.max(examples.getNumPartitions(), parts);
    return examples
        .mapPartitionsToPair(
            part -> {
              spills.countAll(TaskContext.get());
              return new Keys(part);
            })
        .repartitionAndSortWithinPartitions(Partitioners.byKey(partitions), KeyedExample.ORDER)
        .keys();
  }

  private static long[] firstRanks(
      JavaRDD<KeyedExample> sorted, CollectionAccumulator<String> mistakes, Spills spills) {
    List<Long> counts =
        sorted
            .mapPartitions(
                part -> {
                  spills.countAll(TaskContext.get());
                  return List.of(count(part)).iterator();
                })
            .collect();
    // Any one will do; the smallest is the same one whatever the order of the tasks.
    mistakes.value().stream()
        .min(String::compareTo)
        .ifPresent(
            message -> {
              throw new InvalidDataException(message);
            });
    long[] first = new long[counts.size() + 1];
    for (int i = 0; i < counts.size(); i++) {
      first[i + 1] = first[i] + counts.get(i);
    }
    return first;
  }

  private static long count(Iterator<?> part) {
    long count = 0;
    for (; part.hasNext(); part.next()) {
      count++;
    }
    return count;
  }

  /** How many examples there are. */
  long size() {
    return firstRanks[firstRanks.length - 1];
  }

  /** The examples of shard i, in their order, in partition i. */
  JavaRDD<byte[]> byShard(ShardPlan plan) {
    // Many equal keys make a partition that many shards would read.
    boolean isEven = RankRanges.reads(firstRanks, plan) <= MAX_READS * plan.examples();
    return isEven ? cut(plan) : shuffled(plan);
  }

  /** Shards cut from the sorted partitions; each reads those that hold its ranks. */
  JavaRDD<byte[]> cut(ShardPlan plan) {
    return JavaRDD.fromRDD(
        new RankRanges(sorted.rdd(), firstRanks, plan), ClassTag$.MODULE$.apply(byte[].class));
  }

  /** Shards shuffled by rank: each partition is read once, whatever its size. */
  JavaRDD<byte[]> shuffled(ShardPlan plan) {
    long[] ranks = firstRanks;
    Spills count = spills;
    JavaPairRDD<Long, byte[]> ranked =
        JavaPairRDD.fromJavaRDD(
            sorted.mapPartitionsWithIndex(
                (part, examples) -> {
                  count.countAll(TaskContext.get());
                  return new Ranking(examples, ranks[part]);
                },
                true));
    return ranked.repartitionAndSortWithinPartitions(Partitioners.byShard(plan)).values();
  }

  /** Examples as keys of pairs, which is what Spark sorts by. */
  private record Keys(Iterator<KeyedExample> examples)
      implements Iterator<Tuple2<KeyedExample, Integer>> {
    @Override
    public boolean hasNext() {
      return examples.hasNext();
    }

    @Override
    public Tuple2<KeyedExample, Integer> next() {
      return new Tuple2<>(examples.next(), 0);
    }
  }

  /** Gives each example its rank, its number in the order of all examples. */
  private static final class Ranking implements Iterator<Tuple2<Long, byte[]>> {
    private final Iterator<KeyedExample> examples;
    private long rank;

    private Ranking(Iterator<KeyedExample> examples, long firstRank) {
      this.examples = examples;
      this.rank = firstRank;
    }

    @Override
    public boolean hasNext() {
      return examples.hasNext();
    }

    @Override
    public Tuple2<Long, byte[]> next() {
      return new Tuple2<>(rank++, examples.next().content);
    }
  }
}
