package org.sparkqat.engine.integer;

import java.util.function.DoubleFunction;
import org.sparkqat.integer.Requantizer;
import org.sparkqat.integer.Rescale;
import org.sparkqat.integer.TermSum;

/** Fixed-point multipliers, as TensorFlow Lite's kernels have them. */
final class FixedForms implements Forms {

  /** What TensorFlow Lite's sums shift codes of 8 bits by. */
  private static final int MOST_LEFT = 20;

  /** Bits of a shifted code: two of them can be added, and their sum be rounded. */
  private static final int SHIFTED_BITS = 29;

  private final DoubleFunction<Rescale> multiplier;

  FixedForms(DoubleFunction<Rescale> multiplier) {
    this.multiplier = multiplier;
  }

  @Override
  public Requantizer weighted(WeightedChannel channel, CodeTarget to) {
    double unit = (double) channel.srcScale() * channel.weightScale();
    return fixed(channel.biasCode(), 0, unit / to.scale(), to);
  }

  @Override
  public Requantizer product(float scale, float other, CodeTarget to) {
    return fixed(0, 0, (double) scale * other / to.scale(), to);
  }

  @Override
  public Requantizer copy(float scale, int most, CodeTarget to) {
    return shifted((double) scale / to.scale(), most, to);
  }

  @Override
  public Requantizer mean(int count, float scale, int most, CodeTarget to) {
    return shifted((double) scale / count / to.scale(), most, to);
  }

  private Requantizer shifted(double by, int most, CodeTarget to) {
    int left = left(most);
    return fixed(0, left, Math.scalb(by, -left), to);
  }

  private Requantizer fixed(int bias, int left, double by, CodeTarget to) {
    return new Requantizer.OfFixed(bias, left, multiplier.apply(by), to.low(), to.high());
  }

  private static int left(int most) {
    return Math.max(0, Math.min(MOST_LEFT, SHIFTED_BITS - bits(most)));
  }

  private static int bits(int magnitude) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(magnitude);
  }

  @Override
  public Requantizer line(float scale, float factor, float intercept, int most, CodeTarget to) {
    double slope = (double) scale * factor / to.scale();
    double shift = intercept / (double) to.scale();
    double largest = Math.max(Math.abs(slope) * most, Math.abs(shift));
    int right = Math.max(0, Math.min(MOST_LEFT, SHIFTED_BITS - 1 - Math.getExponent(largest)));
    int left = left(most);
    double rounded = Math.rint(Math.scalb(shift, right));
    double limit = Math.scalb(1.0, SHIFTED_BITS + 1);
    return new Requantizer.OfLine(
        slope < 0 ? -1 : 1,
        left,
        multiplier.apply(Math.scalb(Math.abs(slope), right - left)),
        (int) Math.max(-limit, Math.min(limit, rounded)),
        right,
        to.low(),
        to.high());
  }

  @Override
  public TermSum sum(float term, float other, int most, CodeTarget to) {
    int left = left(most);
    double twice = 2.0 * Math.max(term, other);
    return new TermSum.OfFixed(
        left,
        multiplier.apply(term / twice),
        multiplier.apply(other / twice),
        multiplier.apply(Math.scalb(twice, -left) / to.scale()),
        to.low(),
        to.high());
  }
}
