package org.sparkqat.distributed;

/**
 * The sums of one shard's examples, evaluated by integer-only arithmetic.
 *
 * @param differing examples whose prediction is not that of quantized evaluation
 */
record IntegerSums(int shard, EvaluationSums sums, long differing) {

  private static final int BYTES = 72;

  static IntegerSums none(int shard) {
    return new IntegerSums(shard, EvaluationSums.EMPTY, 0);
  }

  IntegerSums add(EvaluationSums next, long nextDiffering) {
    return new IntegerSums(shard, sums.merge(next), differing + nextDiffering);
  }

  byte[] encode() {
    Wire wire = Wire.writer(BYTES).putInt(shard).putLong(differing);
    sums.write(wire);
    return wire.bytes();
  }

  static IntegerSums decode(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    int shard = wire.getInt();
    long differing = wire.getLong();
    return new IntegerSums(shard, EvaluationSums.read(wire), differing);
  }
}
