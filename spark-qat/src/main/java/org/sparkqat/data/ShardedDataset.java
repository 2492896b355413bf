package org.sparkqat.data;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import scala.Tuple2;

/**
 * A data set in S shards, decoded once and persisted by Spark until it is closed.
 *
 * <p>Which example is in which shard at which place is a function of the seed and of the set of
 * examples (a multiset: duplicates stay), never of partitions, file order or hosts.
 */
public final class ShardedDataset implements AutoCloseable {

  private final JavaRDD<Shard> rdd;
  private final ShardPlan plan;
  private final long bytes;

  private ShardedDataset(JavaRDD<Shard> rdd, ShardPlan plan, long bytes) {
    this.rdd = rdd;
    this.plan = plan;
    this.bytes = bytes;
  }

  /**
   * Reads, checks, orders and persists a data set; runs two Spark jobs.
   *
   * @param table any DataFrame with the columns of {@code schema}
   * @param shards S, from 1 to 65,536
   * @param seed of the order
   * @throws InvalidDataException if a column or a value is wrong, or if there is no example
   */
  public static ShardedDataset prepare(
      Dataset<Row> table, ExampleSchema schema, int shards, long seed) {
    ShardPlan.requireValid(shards);
    SparkContext context = table.sparkSession().sparkContext();
    CollectionAccumulator<String> mistakes = new CollectionAccumulator<>();
    context.register(mistakes);
    ExampleReader.Examples examples = ExampleReader.read(table, schema, seed, mistakes);
    JavaRDD<KeyedExample> sorted = sort(examples.rdd(), shards);
    long[] firstRanks = firstRanks(sorted, mistakes);
    ShardPlan plan = new ShardPlan(firstRanks[firstRanks.length - 1], shards);
    return persist(shard(sorted, firstRanks, plan, examples.layout()), plan);
  }

  private static JavaRDD<KeyedExample> sort(JavaRDD<KeyedExample> examples, int shards) {
    int parts = Math.max(examples.getNumPartitions(), shards);
    return examples
        .mapToPair(example -> new Tuple2<>(example, 0))
        .repartitionAndSortWithinPartitions(Partitioners.byKey(parts), KeyedExample.ORDER)
        .keys();
  }

  /** The rank of the first example of each partition, and at the end the number of examples. */
  private static long[] firstRanks(
      JavaRDD<KeyedExample> sorted, CollectionAccumulator<String> mistakes) {
    List<Long> counts = sorted.mapPartitions(part -> List.of(count(part)).iterator()).collect();
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
    if (first[counts.size()] == 0) {
      throw new InvalidDataException("Invalid data set: it is empty (at least 1 row is needed)");
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

  private static JavaRDD<Shard> shard(
      JavaRDD<KeyedExample> sorted, long[] firstRanks, ShardPlan plan, ExampleLayout layout) {
    JavaPairRDD<Long, byte[]> ranked =
        JavaPairRDD.fromJavaRDD(
            sorted.mapPartitionsWithIndex(
                (part, examples) -> new Ranking(examples, firstRanks[part]), true));
    return ranked
        .repartitionAndSortWithinPartitions(Partitioners.byShard(plan))
        .values()
        .mapPartitionsWithIndex(
            (index, contents) -> List.of(build(layout, index, plan, contents)).iterator(), true);
  }

  private static Shard build(
      ExampleLayout layout, int index, ShardPlan plan, Iterator<byte[]> contents) {
    Shard.Builder builder = new Shard.Builder(layout, index, plan.size(index));
    contents.forEachRemaining(builder::add);
    return builder.build();
  }

  private static ShardedDataset persist(JavaRDD<Shard> shards, ShardPlan plan) {
    JavaRDD<Shard> persisted = shards.setName("shards").persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long bytes = 0;
      for (long shardBytes : persisted.map(Shard::bytes).collect()) {
        bytes += shardBytes;
      }
      return new ShardedDataset(persisted, plan, bytes);
    } catch (RuntimeException e) {
      persisted.unpersist(false);
      throw e;
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

  /**
   * Checks that there is enough data for one global batch.
   *
   * @throws InvalidDataException if there are fewer than {@code globalBatch} examples; the data set
   *     is then closed
   */
  public ShardedDataset requireGlobalBatch(int globalBatch) {
    if (plan.examples() < globalBatch) {
      close();
      throw new InvalidDataException(
          "Invalid data set: %d examples (one global batch needs %d; lower training.batch-size or add data)"
              .formatted(plan.examples(), globalBatch));
    }
    return this;
  }

  /** One element per partition: partition i holds shard i. */
  public JavaRDD<Shard> rdd() {
    return rdd;
  }

  /** The number of shards. */
  public int shards() {
    return plan.shards();
  }

  /** The number of examples in all shards. */
  public long examples() {
    return plan.examples();
  }

  /** The number of examples in one shard. */
  public int examples(int shard) {
    return plan.size(shard);
  }

  /** Bytes of memory that the examples of all shards take. */
  public long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    rdd.unpersist(false);
  }
}
