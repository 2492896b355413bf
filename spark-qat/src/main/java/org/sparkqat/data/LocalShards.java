package org.sparkqat.data;

import java.nio.file.Path;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManagerId;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.data.ShardPlaces.Place;
import scala.collection.Iterator;
import scala.collection.Iterator$;
import scala.collection.immutable.List;
import scala.collection.immutable.List$;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag$;

/**
 * Shards in files of the executor that runs the task. What is not there is made again from the
 * shuffled examples, so that a lost executor, or a task that runs elsewhere, costs time only.
 *
 * <p>Not a transformation of the examples: those are fetched and sorted only when a file is
 * missing.
 */
final class LocalShards extends RDD<Shard> {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(LocalShards.class);

  private final ShardPlan plan;
  private final ExampleLayout layout;
  private final Broadcast<ShardFiles> files;
  private final ShardPlaces places;
  private final Spills spills;

  /**
   * The shards of a data set.
   *
   * @param contents examples in their order, a partition for each shard
   * @param places which this keeps up to date
   */
  LocalShards(
      RDD<byte[]> contents,
      ShardPlan plan,
      ExampleLayout layout,
      Broadcast<ShardFiles> files,
      ShardPlaces places,
      Spills spills) {
    super(contents, ClassTag$.MODULE$.apply(Shard.class));
    this.plan = plan;
    this.layout = layout;
    this.files = files;
    this.places = places;
    this.spills = spills;
  }

  @Override
  public Partition[] getPartitions() {
    return contents().partitions();
  }

  /** The executor that has the file; any one while there is none. */
  @Override
  public Seq<String> getPreferredLocations(Partition shard) {
    String place = places.value().get(shard.index());
    List<String> nowhere = List$.MODULE$.empty();
    return place == null ? nowhere : nowhere.$colon$colon(place);
  }

  @Override
  public Iterator<Shard> compute(Partition partition, TaskContext task) {
    int index = partition.index();
    int size = plan.size(index);
    long bytes = (long) size * layout.exampleBytes();
    ShardFiles here = files.value();
    Path path = here.find(index, bytes).orElseGet(() -> write(here, partition, task, bytes));
    FileShard shard = new FileShard(index, size, layout, path);
    TaskCompletionListener close = ended -> shard.close();
    task.addTaskCompletionListener(close);
    return Iterator$.MODULE$.single(shard);
  }

  private Path write(ShardFiles here, Partition partition, TaskContext task, long bytes) {
    LOG.info("Writing shard {} to the local disk: {} bytes", partition.index(), bytes);
    Path path =
        spills.count(
            task,
            () -> {
              Iterator<byte[]> examples = contents().iterator(partition, task);
              return here.write(partition.index(), java(examples), bytes);
            });
    BlockManagerId self = SparkEnv.get().blockManager().blockManagerId();
    places.add(Place.onExecutor(partition.index(), self.host(), self.executorId()));
    return path;
  }

  private RDD<byte[]> contents() {
    return firstParent(ClassTag$.MODULE$.<byte[]>apply(byte[].class));
  }

  private static java.util.Iterator<byte[]> java(Iterator<byte[]> examples) {
    return new java.util.Iterator<>() {
      @Override
      public boolean hasNext() {
        return examples.hasNext();
      }

      @Override
      public byte[] next() {
        return examples.next();
      }
    };
  }
}
