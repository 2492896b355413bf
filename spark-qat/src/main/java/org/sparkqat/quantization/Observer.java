package org.sparkqat.quantization;

/**
 * How the range in force follows the ranges observed, once per step, on the driver.
 *
 * <p>The observed range of a step is the exact minimum and maximum over all examples of the global
 * batch. The first observation sets the range.
 */
public sealed interface Observer {

  /** The observers by name. */
  enum Kind {
    MIN_MAX,
    MOVING_AVERAGE,
    PERCENTILE,
    MEAN_SQUARED_ERROR,
    KULLBACK_LEIBLER;

    /** The kind of an observer. */
    public static Kind of(Observer observer) {
      if (observer instanceof MinMax) {
        return MIN_MAX;
      }
      if (observer instanceof MovingAverage) {
        return MOVING_AVERAGE;
      }
      if (observer instanceof Percentile) {
        return PERCENTILE;
      }
      return observer instanceof LeastSquares ? MEAN_SQUARED_ERROR : KULLBACK_LEIBLER;
    }
  }

  /**
   * The range in force after an observation.
   *
   * @param current range in force until now, {@link Range#EMPTY} before the first observation
   * @param observed range of this step; when empty, the current range stays
   * @param observations observations made before this one, from 0
   */
  Range update(Range current, Range observed, long observations);

  /** Fewest examples of calibration that the range can be found from. */
  default int leastExamples() {
    return 1;
  }

  /** Most bits of codes whose range it can find. */
  default int mostBits() {
    return CodeFormat.MOST_BITS;
  }

  /** An observer that fits its range to a histogram at the end of calibration; it stays so. */
  sealed interface Fitted extends Observer {

    /** Until then: of all values. */
    @Override
    default Range update(Range current, Range observed, long observations) {
      return current.union(observed);
    }

    /**
     * The range in force after calibration.
     *
     * @param histogram all values of calibration's examples, over the range of their smallest and
     *     largest
     */
    Range fitted(Histogram histogram, CodeFormat format);
  }

  /**
   * Running minimum and maximum: {@code min = min(min, min_step)}, {@code max = max(max,
   * max_step)}.
   */
  record MinMax() implements Observer {
    @Override
    public Range update(Range current, Range observed, long observations) {
      return current.union(observed);
    }
  }

  /**
   * Debiased exponential moving average of both ends, {@code r = r + c_k * (r_step - r)} with
   * {@code c_k = max(momentum, 1 / (k + 1))} at observation {@code k}: the mean of the first
   * observations, then an exponential average.
   *
   * @param momentum weight of a new observation, in (0, 1], default 0.01
   */
  record MovingAverage(double momentum) implements Observer {

    public static final double DEFAULT_MOMENTUM = 0.01;

    public MovingAverage {
      if (!(momentum > 0 && momentum <= 1)) {
        throw new IllegalArgumentException(
            "Invalid observer momentum: " + momentum + " (allowed: above 0, at most 1)");
      }
    }

    @Override
    public Range update(Range current, Range observed, long observations) {
      if (observed.isEmpty()) {
        return current;
      }
      if (current.isEmpty()) {
        return observed;
      }
      double share = Math.max(momentum, 1.0 / (observations + 1));
      return new Range(
          (float) (current.min() + share * ((double) observed.min() - current.min())),
          (float) (current.max() + share * ((double) observed.max() - current.max())));
    }
  }

  /**
   * The range without the smallest and the largest values: a share {@code 1 - part} at each end.
   *
   * @param part in (0.5, 1], default 0.9999
   */
  record Percentile(double part) implements Fitted {

    public static final double DEFAULT_PART = 0.9999;

    /** Of fewer, the tails are single examples. */
    private static final int LEAST_EXAMPLES = 128;

    public Percentile {
      if (!(part > 0.5 && part <= 1)) {
        throw new IllegalArgumentException(
            "Invalid observer percentile: " + 100 * part + " (allowed: above 50, at most 100)");
      }
    }

    @Override
    public Range fitted(Histogram histogram, CodeFormat format) {
      return RangeSearch.percentile(histogram, part);
    }

    @Override
    public int leastExamples() {
      return LEAST_EXAMPLES;
    }
  }

  /** The range with the smallest mean squared error {@code E (x - fakeQuantize(x))^2}. */
  record LeastSquares() implements Fitted {

    /** Every value counts with its distance, so that fewer do than for a distribution. */
    private static final int LEAST_EXAMPLES = 32;

    @Override
    public Range fitted(Histogram histogram, CodeFormat format) {
      return RangeSearch.leastSquares(histogram, format);
    }

    @Override
    public int leastExamples() {
      return LEAST_EXAMPLES;
    }
  }

  /**
   * The range {@code [max(min, -t), min(max, t)]} whose quantized distribution has the smallest
   * Kullback-Leibler divergence from the clipped one (Migacz 2017, 8-bit inference with TensorRT).
   */
  record LeastDivergence() implements Fitted {

    /** Of fewer, most parts of the histogram are empty by chance. */
    private static final int LEAST_EXAMPLES = 128;

    /**
     * Each code has two parts of the histogram at least; with one, nothing is lost and all fits.
     */
    private static final int MOST_BITS = 10;

    @Override
    public Range fitted(Histogram histogram, CodeFormat format) {
      return RangeSearch.leastDivergence(histogram, format);
    }

    @Override
    public int leastExamples() {
      return LEAST_EXAMPLES;
    }

    @Override
    public int mostBits() {
      return MOST_BITS;
    }
  }
}
