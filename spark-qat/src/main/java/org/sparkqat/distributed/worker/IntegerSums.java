package org.sparkqat.distributed.worker;

import org.sparkqat.distributed.wire.Wire;

/**
 * The sums of one shard's examples, evaluated by integer-only arithmetic.
 *
 * @param differing examples whose prediction is not that of quantized evaluation
 */
public record IntegerSums(int shard, EvaluationSums sums, long differing) {

  private static final int BYTES = 72;

  public static IntegerSums none(int shard) {
    return new IntegerSums(shard, EvaluationSums.EMPTY, 0);
  }

  public IntegerSums add(EvaluationSums next, long nextDiffering) {
    return new IntegerSums(shard, sums.merge(next), differing + nextDiffering);
  }

  public byte[] encode() {
    Wire wire = Wire.writer(BYTES).putInt(shard).putLong(differing);
    sums.write(wire);
    return wire.bytes();
  }

  public static IntegerSums decode(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    int shard = wire.getInt();
    long differing = wire.getLong();
    return new IntegerSums(shard, EvaluationSums.read(wire), differing);
  }

  /**
   * Examples whose prediction by some outputs is not that by others.
   *
   * @param width outputs of an example
   * @param classes 0: the prediction is a number
   */
  static int differing(float[] one, float[] other, int examples, int width, int classes) {
    int differing = 0;
    for (int n = 0; n < examples; n++) {
      int from = n * width;
      boolean isSame =
          classes > 0
              ? EvaluationSums.largest(one, from, width)
                  == EvaluationSums.largest(other, from, width)
              : one[from] == other[from];
      differing += isSame ? 0 : 1;
    }
    return differing;
  }
}
