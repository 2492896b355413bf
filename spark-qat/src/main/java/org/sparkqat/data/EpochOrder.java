package org.sparkqat.data;

import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;

/**
 * The order in which an epoch visits the n examples of a shard: a pseudo-random bijection of [0, n)
 * that is a pure function of (seed, epoch, shard), so that nothing is shuffled and nothing is
 * stored.
 *
 * <p>A Feistel network permutes the smallest domain of an even number of bits that holds n; an
 * index outside [0, n) is permuted again until it falls inside (cycle walking: Black and Rogaway
 * 2002), in less than four rounds on average.
 */
public final class EpochOrder {

  private static final int ROUNDS = 8;

  private final int size;
  private final int halfBits;
  private final int halfMask;
  private final long[] roundKeys = new long[ROUNDS];

  private EpochOrder(long seed, long epoch, long shard, int size) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "Invalid number of examples: " + size + " (must be at least 1)");
    }
    this.size = size;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1L);
    this.halfBits = Math.max(1, (bits + 1) / 2);
    this.halfMask = (1 << halfBits) - 1;
    for (int round = 0; round < ROUNDS; round++) {
      roundKeys[round] = CounterRandom.bits(seed, Purpose.ORDER, epoch, shard, round);
    }
  }

  /** The order of {@code size} examples of one shard in one epoch; the size is at least 1. */
  public static EpochOrder of(long seed, long epoch, long shard, int size) {
    return new EpochOrder(seed, epoch, shard, size);
  }

  /** The example at {@code position} of the epoch; both are in [0, size). */
  public int index(int position) {
    if (position < 0 || position >= size) {
      throw new IndexOutOfBoundsException(
          "Invalid position: " + position + " (must be from 0 to " + (size - 1) + ")");
    }
    long value = position;
    do {
      value = permute(value);
    } while (value >= size);
    return (int) value;
  }

  public int size() {
    return size;
  }

  private long permute(long value) {
    int left = (int) (value >>> halfBits);
    int right = (int) value & halfMask;
    for (long key : roundKeys) {
      int next = left ^ ((int) (CounterRandom.mix(key + right) >>> 32) & halfMask);
      left = right;
      right = next;
    }
    return ((long) left << halfBits) | right;
  }
}
