package org.sparkqat.distributed;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.sparkqat.data.Shard;
import org.sparkqat.data.ShardedDataset;
import scala.Option;
import scala.reflect.ClassTag$;

/** The shards of a data set in W partitions of contiguous ranges, persisted where they are used. */
final class ShardGroups implements AutoCloseable {

  private final ShardedDataset dataset;
  private final JavaRDD<Shard> rdd;

  private ShardGroups(ShardedDataset dataset, JavaRDD<Shard> rdd) {
    this.dataset = dataset;
    this.rdd = rdd;
  }

  /**
   * Groups the shards for the given number of workers.
   *
   * @param dataset closed with this
   */
  static ShardGroups of(ShardedDataset dataset, int workers) {
    JavaRDD<Shard> grouped =
        JavaRDD.fromRDD(
                dataset
                    .rdd()
                    .rdd()
                    .coalesce(
                        workers, false, Option.apply(new ContiguousCoalescer()), noOrdering()),
                ClassTag$.MODULE$.apply(Shard.class))
            .setName("shards of " + workers + " workers")
            .persist(StorageLevel.MEMORY_AND_DISK());
    grouped.count();
    // From here on the groups are what is read; the shuffle files still hold the shards.
    dataset.close();
    return new ShardGroups(dataset, grouped);
  }

  JavaRDD<Shard> rdd() {
    return rdd;
  }

  long examples() {
    return dataset.examples();
  }

  @SuppressWarnings("NullAway") // Scala's default for an ordering that is not used
  private static scala.math.Ordering<Shard> noOrdering() {
    return null;
  }

  @Override
  public void close() {
    rdd.unpersist(false);
  }
}
