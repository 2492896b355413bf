package org.sparkqat.training;

import java.util.Arrays;
import java.util.List;
import org.sparkqat.tensor.SlicedSum;
import org.sparkqat.tensor.Slices;

/**
 * {@link Clipping} of a gradient of which several hold a slice each, with the same bits: each
 * prepares its slice, who has all their norms knows the factor, and each multiplies by it.
 */
public final class SlicedClipping {

  private final Clipping clipping;
  private final Slices slices;
  private final SlicedSum squares;

  /**
   * Clipping by value and by norm.
   *
   * @throws IllegalArgumentException with adaptive clipping, which needs whole rows of weights
   */
  public SlicedClipping(Clipping clipping, Slices slices) {
    if (clipping.adaptive() > 0) {
      throw Limits.invalid(
          "adaptive clipping", clipping.adaptive(), "0 for a gradient that is held in slices");
    }
    this.clipping = clipping;
    this.slices = slices;
    this.squares = new SlicedSum(slices);
  }

  /**
   * Multiplies a slice of the gradient, then clips it by value.
   *
   * @param gradient of the slice; changed
   * @param factor e.g. what makes a sum a mean
   */
  public SliceNorm prepare(int slice, float[] gradient, float factor) {
    Limits.requireLength("slice of a gradient", gradient.length, slices.size(slice));
    Norms.scale(gradient, 0, gradient.length, factor);
    double[] incoming = squares(slice, gradient);
    boolean finite = Arrays.stream(incoming).allMatch(Double::isFinite);
    int firstNonFinite =
        finite ? SliceNorm.ALL_FINITE : slices.from(slice) + firstNonFinite(gradient);
    long values = finite && clipping.value() > 0 ? clipping.clipValues(gradient) : 0;
    double[] limited = values > 0 ? squares(slice, gradient) : incoming;
    return new SliceNorm(incoming, limited, values, firstNonFinite);
  }

  private double[] squares(int slice, float[] gradient) {
    int offset = slices.from(slice);
    return squares.parts(
        slice, (from, to) -> Norms.runOfSquares(gradient, from - offset, to - offset));
  }

  private static int firstNonFinite(float[] gradient) {
    int at = 0;
    while (at < gradient.length && Float.isFinite(gradient[at])) {
      at++;
    }
    return at;
  }

  /**
   * What clipping does to the whole gradient.
   *
   * @param norms of each slice
   */
  public ClipReport report(List<SliceNorm> norms) {
    double incoming = norm(norms.stream().map(SliceNorm::incoming).toList());
    if (!Double.isFinite(incoming)) {
      return new ClipReport(incoming, 1, 0, 0);
    }
    long values = norms.stream().mapToLong(SliceNorm::values).sum();
    double now = values > 0 ? norm(norms.stream().map(SliceNorm::limited).toList()) : incoming;
    return new ClipReport(incoming, clipping.factor(now), 0, values);
  }

  private double norm(List<double[]> parts) {
    return Math.sqrt(squares.total(parts));
  }

  /** A prepared slice, multiplied by the factor of the report when it is used. */
  public static ScaledGradient clipped(float[] gradient, double factor) {
    return new ScaledGradient(gradient, 1f, (float) factor);
  }
}
