package org.sparkqat.data;

/** Where the shards of a data set lie while it is used; the result does not depend on it. */
public enum ShardStorage {
  /** In memory when the set is at most half of the storage memory that is free, else on disk. */
  AUTO,
  /** In the executors' heaps. */
  MEMORY,
  /** In a file for each shard, in Spark's local directories; the heap holds one example. */
  DISK
}
