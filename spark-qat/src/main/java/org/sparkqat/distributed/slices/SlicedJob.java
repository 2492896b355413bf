package org.sparkqat.distributed.slices;

import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * What workers that hold slices must know beside what all workers do.
 *
 * @param state the {@link SlicedState} that the job starts with
 */
public record SlicedJob(SlicedRules rules, Broadcast<byte[]> state) implements Serializable {}
