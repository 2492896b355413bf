package org.sparkqat.tensor;

/**
 * Random numbers that are pure functions of (seed, purpose, a, b, c): there is no generator state,
 * so nothing is lost with an executor and nothing depends on the order of calls.
 *
 * <p>The counters {@code a, b, c} are free for the caller, e.g. (epoch, shard, example) or
 * (parameter, index, 0). Every function is bit-reproducible on every platform and Java version; a
 * change of the mixing changes every trained network.
 */
public final class CounterRandom {

  /** What a random number is for; equal counters of different purposes are independent. */
  public enum Purpose {
    INITIALIZATION(1),
    DROPOUT(2),
    CROP(3),
    FLIP(4),
    ORDER(5),
    SHARDING(6),
    SYNTHETIC(7),
    HESSIAN(8),
    NOISE(9);

    // A number of its own rather than the ordinal, so that a new purpose never moves the others.
    private final long id;

    Purpose(long id) {
      this.id = id;
    }
  }

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final long SECOND_DRAW = 0xD1342543DE82EF95L;
  private static final float FLOAT_UNIT = 0x1.0p-24f;
  private static final double DOUBLE_UNIT = 0x1.0p-53;

  private CounterRandom() {}

  /** 64 uniform bits. */
  public static long bits(long seed, Purpose purpose, long a, long b, long c) {
    long h = mix(seed + GOLDEN_GAMMA);
    h = absorb(h, purpose.id);
    h = absorb(h, a);
    h = absorb(h, b);
    h = absorb(h, c);
    return finish(h);
  }

  /** A multiple of 2⁻²⁴ in [0, 1). */
  public static float uniform(long seed, Purpose purpose, long a, long b, long c) {
    return (bits(seed, purpose, a, b, c) >>> 40) * FLOAT_UNIT;
  }

  /** An integer in [0, bound), each with the same probability up to bound/2⁶³. */
  public static int bounded(long seed, Purpose purpose, long a, long b, long c, int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("Invalid bound: " + bound + " (must be at least 1)");
    }
    return (int) Math.multiplyHigh(bits(seed, purpose, a, b, c) >>> 1, 2L * bound);
  }

  /** A draw of the normal distribution with mean 0 and variance 1 (Box and Muller 1958). */
  public static float gaussian(long seed, Purpose purpose, long a, long b, long c) {
    long first = bits(seed, purpose, a, b, c);
    long second = finish(absorb(first, SECOND_DRAW));
    // The radius needs (0, 1]: zero has no logarithm.
    double radius = StrictMath.sqrt(-2 * StrictMath.log(((first >>> 11) + 1) * DOUBLE_UNIT));
    double angle = 2 * StrictMath.PI * ((second >>> 11) * DOUBLE_UNIT);
    return (float) (radius * StrictMath.cos(angle));
  }

  /** A bijection of 64-bit numbers in which every input bit moves about half of the output bits. */
  public static long mix(long value) {
    // Stafford's variant 13 of the Murmur3 finalizer, as in SplitMix64.
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static long absorb(long state, long value) {
    return mix((state ^ value) + GOLDEN_GAMMA);
  }

  // A second, different finalizer, so that the last counter too passes two rounds of mixing.
  private static long finish(long state) {
    long z = state;
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }
}
