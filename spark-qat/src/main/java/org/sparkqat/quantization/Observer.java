package org.sparkqat.quantization;

/**
 * How the range in force follows the ranges observed, once per step, on the driver.
 *
 * <p>The observed range of a step is the exact minimum and maximum over all examples of the global
 * batch. The first observation sets the range.
 */
public sealed interface Observer {

  /**
   * The range in force after an observation.
   *
   * @param current range in force until now, {@link Range#EMPTY} before the first observation
   * @param observed range of this step; when empty, the current range stays
   * @param observations observations made before this one, from 0
   */
  Range update(Range current, Range observed, long observations);

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
}
