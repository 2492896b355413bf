package org.sparkqat.engine.integer;

import org.sparkqat.integer.Requantizer;
import org.sparkqat.integer.TermSum;
import org.sparkqat.quantization.Rounding;

/** How a rounding policy makes codes of the accumulators of each kind of block. */
interface Forms {

  static Forms of(Rounding rounding) {
    return switch (rounding) {
      case FIXED_POINT_DOUBLE -> new FixedForms(Multiplier::twice);
      case FIXED_POINT_SINGLE -> new FixedForms(Multiplier::once);
      case FLOAT_HALF_EVEN -> new RealForms();
    };
  }

  /** A channel of a weighted block. */
  Requantizer weighted(WeightedChannel channel, CodeTarget to);

  /** A product of two codes of the given scales. */
  Requantizer product(float scale, float other, CodeTarget to);

  /**
   * Codes of another scale.
   *
   * @param most largest magnitude of a code less its zero point
   */
  Requantizer copy(float scale, int most, CodeTarget to);

  /**
   * A line of the codes, {@code scale * factor * q + intercept}.
   *
   * @param most as in {@link #copy}
   */
  Requantizer line(float scale, float factor, float intercept, int most, CodeTarget to);

  /**
   * The mean of a number of codes, given their sum.
   *
   * @param most largest magnitude of the sum
   */
  Requantizer mean(int count, float scale, int most, CodeTarget to);

  /**
   * The sum of two terms, the first of which is the later block's.
   *
   * @param most largest magnitude of either code less its zero point
   */
  TermSum sum(float term, float other, int most, CodeTarget to);
}
