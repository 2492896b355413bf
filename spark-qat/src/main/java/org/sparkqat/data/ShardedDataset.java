package org.sparkqat.data;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.CollectionAccumulator;
import scala.Option;
import scala.reflect.ClassTag$;

/**
 * A data set in S shards, decoded once and kept in memory or on local disks until it is closed.
 *
 * <p>Which example is in which shard at which place is a function of the seed and of the set of
 * examples (a multiset: duplicates stay), never of partitions, file order, hosts or storage.
 */
public final class ShardedDataset implements AutoCloseable {

  private static final int PARTS_OF_A_SHARD = 2;

  private final JavaRDD<Shard> rdd;
  private final ShardPlan plan;
  private final Preparation preparation;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ShardedDataset(
      JavaRDD<Shard> rdd, ShardPlan plan, Preparation preparation, Runnable release) {
    this.rdd = rdd;
    this.plan = plan;
    this.preparation = preparation;
    this.release = release;
  }

  /** Prepares a data set, in memory or on disk as {@link ShardStorage#AUTO} decides. */
  public static ShardedDataset prepare(
      Dataset<Row> table, ExampleSchema schema, int shards, long seed) {
    return prepare(table, schema, shards, seed, ShardStorage.AUTO);
  }

  /** Prepares a whole data set. */
  public static ShardedDataset prepare(
      Dataset<Row> table, ExampleSchema schema, int shards, long seed, ShardStorage storage) {
    return prepare(table, Portion.ALL, schema, shards, seed, storage);
  }

  /**
   * Reads and checks a data set, and orders and stores a portion of it; runs two Spark jobs.
   *
   * @param table any DataFrame with the columns of {@code schema}
   * @param portion which of its examples
   * @param shards S, from 1 to 65,536
   * @param seed of the order, and of the portion
   * @param storage where the shards go; changes speed and memory, never the result
   * @throws InvalidDataException if a column or a value is wrong, or if there is no example
   */
  public static ShardedDataset prepare(
      Dataset<Row> table,
      Portion portion,
      ExampleSchema schema,
      int shards,
      long seed,
      ShardStorage storage) {
    long start = System.nanoTime();
    ShardPlan.requireValid(shards);
    SparkContext context = table.sparkSession().sparkContext();
    CollectionAccumulator<String> mistakes = new CollectionAccumulator<>();
    context.register(mistakes);
    Spills spills = Spills.of(context);
    ExampleReader.Examples examples = ExampleReader.read(table, schema, seed, mistakes);
    // More than one partition for a shard: the shards read less that is not theirs.
    int parts = PARTS_OF_A_SHARD * shards;
    RankedExamples ranked = RankedExamples.of(examples.rdd(), portion, parts, mistakes, spills);
    ShardPlan plan = new ShardPlan(ranked.size(), shards);
    long exampleBytes = examples.layout().exampleBytes();
    ShardStorage chosen = StorageMemory.choose(storage, plan.examples() * exampleBytes, context);
    Stored stored =
        chosen == ShardStorage.DISK
            ? onDisk(ranked, plan, examples.layout())
            : inMemory(ranked, plan, examples.layout());
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new ShardedDataset(
        stored.rdd,
        plan,
        new Preparation(chosen, plan.examples(), exampleBytes, spills.bytes(), seconds),
        stored.release);
  }

  /** Shards, and what gives their memory or disk back. */
  private record Stored(JavaRDD<Shard> rdd, Runnable release) {

    /** Runs a job, and releases what there is when it fails. */
    private Stored filled(Runnable job) {
      try {
        job.run();
        return this;
      } catch (RuntimeException e) {
        release.run();
        throw e;
      }
    }
  }

  private static Stored inMemory(RankedExamples ranked, ShardPlan plan, ExampleLayout layout) {
    Spills spills = ranked.spills();
    JavaRDD<Shard> shards =
        ranked
            .byShard(plan)
            .mapPartitionsWithIndex(
                (index, contents) -> {
                  spills.countAll(TaskContext.get());
                  return List.<Shard>of(build(layout, index, plan, contents)).iterator();
                },
                true)
            .setName("shards")
            .persist(StorageLevel.MEMORY_AND_DISK());
    return new Stored(shards, () -> shards.unpersist(false)).filled(shards::count);
  }

  private static HeapShard build(
      ExampleLayout layout, int index, ShardPlan plan, Iterator<byte[]> contents) {
    HeapShard.Builder builder = new HeapShard.Builder(layout, index, plan.size(index));
    contents.forEachRemaining(builder::add);
    return builder.build();
  }

  private static Stored onDisk(RankedExamples ranked, ShardPlan plan, ExampleLayout layout) {
    JavaRDD<byte[]> contents = ranked.byShard(plan);
    SparkContext context = contents.context();
    Broadcast<ShardFiles> files =
        JavaSparkContext.fromSparkContext(context).broadcast(new ShardFiles());
    ShardPlaces places = new ShardPlaces();
    context.register(places);
    LocalShards local =
        new LocalShards(contents.rdd(), plan, layout, files, places, ranked.spills());
    JavaRDD<Shard> shards =
        JavaRDD.fromRDD(local, ClassTag$.MODULE$.<Shard>apply(Shard.class))
            .setName("shards on disk");
    // A task writes the shards that a worker will use, if there is a worker for each slot.
    int tasks = Math.min(Math.max(context.defaultParallelism(), 1), plan.shards());
    return new Stored(shards, () -> files.destroy()).filled(grouped(shards, tasks)::count);
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

  /**
   * The shards in partitions of contiguous ranges, about equally many in each; not persisted.
   *
   * @param tasks at most the number of shards
   */
  public JavaRDD<Shard> grouped(int tasks) {
    return grouped(rdd, tasks);
  }

  private static JavaRDD<Shard> grouped(JavaRDD<Shard> shards, int tasks) {
    return JavaRDD.fromRDD(
        shards.rdd().coalesce(tasks, false, Option.apply(new ContiguousCoalescer()), noOrdering()),
        ClassTag$.MODULE$.apply(Shard.class));
  }

  @SuppressWarnings("NullAway") // Scala's default for an ordering that is not used
  private static scala.math.Ordering<Shard> noOrdering() {
    return null;
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

  /** Bytes of memory or disk that the examples of all shards take. */
  public long bytes() {
    return preparation.bytes();
  }

  /** Where the shards are: memory or disk. */
  public ShardStorage storage() {
    return preparation.storage();
  }

  /** What the preparation took. */
  public Preparation preparation() {
    return preparation;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release.run();
    }
  }
}
