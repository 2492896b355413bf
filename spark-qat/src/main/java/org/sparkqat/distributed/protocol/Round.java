package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import org.sparkqat.distributed.exchange.ShardRange;

/** One question to all workers, and what has come of it; not thread-safe. */
public interface Round {

  /** The step that it is about. */
  long step();

  /** What the workers are asked. */
  ByteBuffer question();

  /** True when the answer of a worker is here. */
  boolean isCovered(int worker, ShardRange shards);

  /** Takes an answer of the round's step; true when anything of it is new. */
  boolean take(WorkerMessage message);

  boolean isComplete();
}
