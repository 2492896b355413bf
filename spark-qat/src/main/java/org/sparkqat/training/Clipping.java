package org.sparkqat.training;

import java.io.Serializable;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;

/**
 * Gradient clipping in three ways, each off when 0, applied in the order adaptive, value, norm.
 *
 * <ul>
 *   <li>adaptive (AGC, Brock et al. 2021, arXiv 2102.06171): each row {@code i} of a weight, the
 *       weights of one output unit, with {@code |G_i| > a * max(|W_i|, 1e-3)} becomes {@code G_i *
 *       a * max(|W_i|, 1e-3) / |G_i|}; biases and batch-norm parameters, which start at 0, are left
 *       alone
 *   <li>value: {@code g = min(max(g, -v), v)}
 *   <li>norm: the whole gradient is multiplied by {@code min(1, n / |G|)} (Pascanu et al. 2013,
 *       arXiv 1211.5063)
 * </ul>
 *
 * <p>Norms are Euclidean, their sums of squares in double in a fixed tree.
 *
 * @param norm largest norm of the gradient, at least 0; 0 (default): off
 * @param value largest magnitude of an element, at least 0; 0 (default): off
 * @param adaptive largest ratio of a unit's gradient norm to its weight norm, at least 0; 0
 *     (default): off; 0.01 is usual
 */
public record Clipping(double norm, double value, double adaptive) implements Serializable {

  /** Clips nothing. */
  public static final Clipping NONE = new Clipping(0, 0, 0);

  /** Weight norms below this count as this, so that units of zeros can start to learn. */
  public static final double SMALLEST_WEIGHT_NORM = 1e-3;

  public Clipping {
    Limits.requireNotNegative("clipping norm", norm);
    Limits.requireNotNegative("clipping value", value);
    Limits.requireNotNegative("adaptive clipping", adaptive);
  }

  /**
   * Clips in place. A gradient with a non-finite element is left as it is; the report's norm tells.
   *
   * @param gradient changed, {@code [P]} in layout order
   * @param parameters {@code [P]}; read by adaptive clipping
   */
  public ClipReport apply(float[] gradient, float[] parameters, ParameterLayout layout) {
    return apply(gradient, 1f, parameters, layout, Loops.SERIAL);
  }

  /**
   * Multiplies the gradient, then clips it; otherwise as {@link #apply(float[], float[],
   * ParameterLayout)}, with the same bits.
   *
   * @param factor of the gradient, e.g. what makes a sum a mean
   * @param loops who computes
   */
  public ClipReport apply(
      float[] gradient, float factor, float[] parameters, ParameterLayout layout, Loops loops) {
    ClippedGradient clipped = prepare(gradient, factor, parameters, layout, loops);
    clipped.gradient().settle(loops);
    return clipped.report();
  }

  /**
   * The same for a gradient that is used once, and multiplied then: clipping by norm alone reads
   * the gradient and changes nothing; what else is clipped is changed in place.
   */
  public ClippedGradient prepare(
      float[] gradient, float factor, float[] parameters, ParameterLayout layout, Loops loops) {
    Limits.requireLength("gradient", gradient.length, layout.size());
    Limits.requireLength("parameters", parameters.length, layout.size());
    boolean changes = adaptive > 0 || value > 0;
    double incoming =
        changes
            ? Norms.scaledNorm(gradient, factor, loops)
            : Norms.normOfScaled(gradient, factor, loops);
    float left = changes ? 1f : factor;
    if (!Double.isFinite(incoming)) {
      return clipped(gradient, left, new ClipReport(incoming, 1, 0, 0));
    }
    long units = adaptive > 0 ? clipUnits(gradient, parameters, layout) : 0;
    long values = value > 0 ? clipValues(gradient) : 0;
    double now = units + values > 0 ? Norms.norm(gradient, 0, gradient.length, loops) : incoming;
    return clipped(gradient, left, new ClipReport(incoming, factor(now), units, values));
  }

  private static ClippedGradient clipped(float[] gradient, float factor, ClipReport report) {
    return new ClippedGradient(
        new ScaledGradient(gradient, factor, (float) report.factor()), report);
  }

  private long clipUnits(float[] gradient, float[] parameters, ParameterLayout layout) {
    long clipped = 0;
    for (Parameter parameter : layout.parameters()) {
      if (parameter.kind() == Parameter.Kind.WEIGHT) {
        clipped += clipUnits(gradient, parameters, parameter);
      }
    }
    return clipped;
  }

  private long clipUnits(float[] gradient, float[] parameters, Parameter parameter) {
    int width = parameter.shape().spatial();
    long clipped = 0;
    for (int from = parameter.offset(); from < parameter.end(); from += width) {
      double weightNorm = Norms.norm(parameters, from, from + width);
      double largest = adaptive * Math.max(weightNorm, SMALLEST_WEIGHT_NORM);
      double unitNorm = Norms.norm(gradient, from, from + width);
      if (unitNorm > largest) {
        Norms.scale(gradient, from, from + width, (float) (largest / unitNorm));
        clipped++;
      }
    }
    return clipped;
  }

  /** Limits each element; how many were. */
  long clipValues(float[] gradient) {
    float limit = (float) value;
    long clipped = 0;
    for (int i = 0; i < gradient.length; i++) {
      if (Math.abs(gradient[i]) > limit) {
        gradient[i] = Math.copySign(limit, gradient[i]);
        clipped++;
      }
    }
    return clipped;
  }

  /** What a gradient of the given norm is multiplied by. */
  double factor(double now) {
    return norm == 0 || now <= norm ? 1 : norm / now;
  }
}
