package org.sparkqat.data;

/**
 * One shard of a data set: its examples in their order, decoded. In the heap, or in a file of the
 * executor's local disk; used by one thread at a time.
 */
public sealed interface Shard permits HeapShard, FileShard {

  /** The number of this shard, from 0. */
  int index();

  /** The number of examples; 0 only if the data set has fewer examples than shards. */
  int size();

  /** Values of one example, F or C·H·W. */
  int featureSize();

  /** Writes the raw values of an example to {@code dst}, uint8 as 0 to 255. */
  void features(int example, float[] dst, int offset);

  /** The class of an example, from 0; only for classification. */
  int label(int example);

  /** The regression target of an example, or its class as a float. */
  float target(int example);
}
