package org.sparkqat.distributed.protocol;

import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.wire.Wire;

/**
 * Who speaks: one attempt of the task that computes a range of shards.
 *
 * @param worker number of the task in its job
 * @param attempt Spark's number of the attempt, unique in the application
 */
public record WorkerIdentity(
    int worker, ShardRange shards, long attempt, String executor, String host) {

  /** Bytes that {@link #write} takes, at most. */
  long size() {
    return 32 + 4L * (executor.length() + host.length());
  }

  void write(Wire wire) {
    wire.putInt(worker).putInt(shards.first()).putInt(shards.count()).putLong(attempt);
    wire.putText(executor).putText(host);
  }

  static WorkerIdentity read(Wire wire) {
    return new WorkerIdentity(
        wire.getInt(),
        new ShardRange(wire.getInt(), wire.getInt()),
        wire.getLong(),
        wire.getText(),
        wire.getText());
  }

  @Override
  public String toString() {
    return "executor %s on %s, task attempt %d".formatted(executor, host, attempt);
  }
}
