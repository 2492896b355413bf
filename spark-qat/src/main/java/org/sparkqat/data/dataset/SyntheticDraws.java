package org.sparkqat.data.dataset;

import java.io.Serializable;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;

/** The random numbers of a synthetic set: pure functions of the seed and of what they are for. */
record SyntheticDraws(long seed) implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Which number of a row or of a class; numbers of different kinds are independent. */
  enum Kind {
    NOISE(1),
    CENTRE(2),
    WEIGHT(3),
    CURVE(4),
    PATTERN(5),
    STRENGTH(6),
    ERROR(7);

    // A number of its own, so that a new kind never moves the others.
    private final long id;

    Kind(long id) {
      this.id = id;
    }
  }

  // Four uniform numbers of 16 bits: their sum is close to normal, and costs no logarithm.
  private static final int LANES = 4;
  private static final int LANE_BITS = 16;
  private static final long LANE_MASK = (1L << LANE_BITS) - 1;
  private static final double CENTRE_OF_SUM = LANES * LANE_MASK / 2.0;
  private static final double DEVIATION_OF_SUM =
      Math.sqrt(LANES / 12.0 * ((1L << LANE_BITS) * (double) (1L << LANE_BITS) - 1));

  /** A number with mean 0 and variance 1, about normal and within ±3.5. */
  double normal(Kind kind, long row, int index) {
    long bits = CounterRandom.bits(seed, Purpose.SYNTHETIC, row, index, kind.id);
    long sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum += bits >>> (lane * LANE_BITS) & LANE_MASK;
    }
    return (sum - CENTRE_OF_SUM) / DEVIATION_OF_SUM;
  }

  /** A uniform number in [0, 1). */
  double uniform(Kind kind, long row, int index) {
    return CounterRandom.uniform(seed, Purpose.SYNTHETIC, row, index, kind.id);
  }
}
