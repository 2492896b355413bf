package org.sparkqat.distributed.evaluation;

import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.distributed.worker.EvaluationSums;

/** The evaluation sums of one shard. */
record ShardSums(int shard, EvaluationSums sums) {

  private static final int BYTES = 64;

  byte[] encode() {
    Wire wire = Wire.writer(BYTES).putInt(shard);
    sums.write(wire);
    return wire.bytes();
  }

  static ShardSums decode(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    return new ShardSums(wire.getInt(), EvaluationSums.read(wire));
  }
}
