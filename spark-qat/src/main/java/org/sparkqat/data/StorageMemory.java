package org.sparkqat.data;

import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;
import scala.collection.Iterator;

/** Decides where a data set goes, by its size and by the memory that Spark has for it. */
final class StorageMemory {

  private static final Logger LOG = LoggerFactory.getLogger(StorageMemory.class);

  private static final String ENCRYPTION = "spark.io.encryption.enabled";

  private StorageMemory() {}

  /**
   * Memory or disk.
   *
   * @param bytes of the whole data set
   */
  static ShardStorage choose(ShardStorage wanted, long bytes, SparkContext context) {
    boolean encrypted = context.conf().getBoolean(ENCRYPTION, false);
    long free = free(context);
    ShardStorage chosen = choose(wanted, fits(bytes, free), encrypted);
    LOG.debug("data.storage: {} for {} bytes; {} bytes are free", chosen, bytes, free);
    if (chosen == ShardStorage.MEMORY && !fits(bytes, free)) {
      LOG.warn(
          "The data set takes {} bytes of {} that are free for storage (give the executors more"
              + " memory, or the data local disks: data.storage)",
          bytes,
          free);
    }
    return chosen;
  }

  /**
   * Memory or disk.
   *
   * @param encrypted whether Spark must not write plain data to local disks
   * @throws UnsupportedOperationException if it must not, and the disk is wanted
   */
  static ShardStorage choose(ShardStorage wanted, boolean fits, boolean encrypted) {
    if (wanted == ShardStorage.DISK && encrypted) {
      throw new UnsupportedOperationException(
          "Unsupported data.storage: disk with %s=true (its files are plain; use memory)"
              .formatted(ENCRYPTION));
    }
    if (wanted != ShardStorage.AUTO) {
      return wanted;
    }
    return fits || encrypted ? ShardStorage.MEMORY : ShardStorage.DISK;
  }

  /** Half is left to sorts, which share this memory, and to shards that move. */
  static boolean fits(long bytes, long free) {
    return bytes <= free / 2;
  }

  /** Storage memory of all executors that is free; of the driver where there is no executor. */
  private static long free(SparkContext context) {
    String driver = SparkEnv.get().blockManager().blockManagerId().hostPort();
    long ofDriver = 0;
    long ofExecutors = 0;
    boolean hasExecutors = false;
    Iterator<Tuple2<String, Tuple2<Object, Object>>> each =
        context.getExecutorMemoryStatus().iterator();
    while (each.hasNext()) {
      Tuple2<String, Tuple2<Object, Object>> status = each.next();
      long remaining = (long) status._2()._2();
      if (status._1().equals(driver)) {
        ofDriver = remaining;
      } else {
        hasExecutors = true;
        ofExecutors += remaining;
      }
    }
    return hasExecutors ? ofExecutors : ofDriver;
  }
}
