package org.sparkqat.training;

import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Range;

/**
 * One learned range: the equations of its gradient and of its step.
 *
 * <p>With {@code B}, {@code I} and {@code A} the sums of {@link org.sparkqat.engine.RangeTerms}
 * below, inside and above the codes: LSQ {@code ds = g * ((quantMin - z) * B + I + (quantMax - z) *
 * A)}; LSQ+ {@code ds = g * (I + (quantMax - quantMin) * A)}, {@code db = g * (B + A)}; PACT {@code
 * da = A + decay * a}. {@code g = 1 / sqrt(N * quantMax)}, {@code N} being the values of one
 * example that share the scale, or the weights that do: neither workers nor the batch count.
 *
 * <p>Scale and upper end make steps that are those of gradient descent to first order and keep them
 * positive: {@code s = s * exp(-lr * m / s)}, at most by a factor of 2.
 *
 * @param layer whose range it is
 * @param slot in the ranges
 * @param by what is learned
 * @param gradientScale {@code g}
 * @param firstWeight first of the weights that the range is of
 * @param weights how many they are; 0: it is of activations
 */
record LearnedSlot(
    String layer,
    int slot,
    CodeFormat format,
    ActivationRange by,
    double gradientScale,
    int firstWeight,
    int weights) {

  private static final double LARGEST_STEP = StrictMath.log(2);

  /** {@code 1 / sqrt(count * quantMax)}. */
  static double gradientScale(long count, CodeFormat format) {
    return 1 / Math.sqrt((double) count * format.codes().quantMax());
  }

  /** Gradient of the scale, or of PACT's upper end. */
  double scaleGradient(Range range, double below, double inside, double above, double decay) {
    Affine affine = format.affine(range);
    return switch (by) {
      case LSQ_PLUS -> gradientScale * (inside + levels() * above);
      case PACT -> above + decay * range.max();
      default -> gradientScale * (affine.lowest() * below + inside + affine.highest() * above);
    };
  }

  /** Gradient of the offset; 0 where there is none. */
  double offsetGradient(double below, double above) {
    return by == ActivationRange.LSQ_PLUS ? gradientScale * (below + above) : 0;
  }

  /**
   * The range after a step.
   *
   * @param scaleStep learning rate times momentum of the scale, or of PACT's upper end
   * @param offsetStep the same of the offset
   */
  Range moved(Range range, double scaleStep, double offsetStep) {
    Affine affine = format.affine(range);
    if (by == ActivationRange.PACT) {
      return range(0, descended(range.max(), scaleStep));
    }
    double scale = descended(affine.scale(), scaleStep);
    if (by == ActivationRange.LSQ_PLUS) {
      double width = scale * levels();
      double offset = Math.min(range.min(), 0f) - offsetStep;
      double low = Math.max(-width, Math.min(0, offset));
      return range(low, low + width);
    }
    return range(scale * affine.lowest(), scale * affine.highest());
  }

  /** The range of a scale with the codes of symmetric weights. */
  Range ofScale(double scale) {
    return range(scale * format.codes().quantMin(), scale * format.codes().quantMax());
  }

  private static Range range(double min, double max) {
    return new Range((float) min, (float) max);
  }

  private static double descended(double value, double step) {
    double by = Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, step / value));
    return value * StrictMath.exp(-by);
  }

  private int levels() {
    return format.codes().quantMax() - format.codes().quantMin();
  }
}
