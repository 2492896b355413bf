package org.sparkqat.distributed.exchange;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.sparkqat.data.Shard;
import org.sparkqat.data.ShardStorage;
import org.sparkqat.data.ShardedDataset;

/** The shards of a data set in W partitions of contiguous ranges, stored where they are used. */
public final class ShardGroups implements AutoCloseable {

  private final ShardedDataset dataset;
  private final Runnable release;
  private JavaRDD<Shard> rdd;
  private int workers;

  private ShardGroups(ShardedDataset dataset, int workers, Runnable release) {
    this.dataset = dataset;
    this.release = release;
    this.workers = Math.min(workers, dataset.shards());
    this.rdd = group(dataset, this.workers);
  }

  /**
   * Groups the shards for the given number of workers.
   *
   * @param dataset closed with this
   */
  public static ShardGroups of(ShardedDataset dataset, int workers) {
    return of(dataset, workers, dataset::close);
  }

  /**
   * Groups the shards for the given number of workers, and leaves the data set for others.
   *
   * @param dataset can be read when this is closed; shards in memory are then made again
   */
  public static ShardGroups ofShared(ShardedDataset dataset, int workers) {
    return of(dataset, workers, () -> {});
  }

  private static ShardGroups of(ShardedDataset dataset, int workers, Runnable release) {
    ShardGroups groups = new ShardGroups(dataset, workers, release);
    if (dataset.storage() == ShardStorage.MEMORY) {
      // From here on the groups are what is read; the shuffle files still hold the shards.
      dataset.close();
    }
    return groups;
  }

  private static JavaRDD<Shard> group(ShardedDataset dataset, int workers) {
    JavaRDD<Shard> grouped = dataset.grouped(workers).setName("shards of " + workers + " workers");
    if (dataset.storage() == ShardStorage.MEMORY) {
      grouped.persist(StorageLevel.MEMORY_AND_DISK());
    }
    // Brings each shard to its worker, before anybody waits for it.
    grouped.count();
    return grouped;
  }

  /** Groups the shards anew, for another number of workers. */
  public void regroup(int newWorkers) {
    JavaRDD<Shard> old = rdd;
    old.unpersist(false);
    workers = Math.min(newWorkers, dataset.shards());
    rdd = group(dataset, workers);
  }

  /**
   * Lets Spark compute again what a lost executor took with it of the files that shards are read
   * from; those that are still there are left alone.
   */
  public void mend() {
    // Reading one shard takes the files of all of them, each in its place.
    var unused = dataset.rdd().mapPartitions(part -> List.of(1).iterator()).first();
  }

  public JavaRDD<Shard> rdd() {
    return rdd;
  }

  /** Number of groups. */
  public int workers() {
    return workers;
  }

  public long examples() {
    return dataset.examples();
  }

  @Override
  public void close() {
    rdd.unpersist(false);
    release.run();
  }
}
