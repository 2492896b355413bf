package org.sparkqat.training;

/**
 * How often and by how much clipping acted on many gradients; counts, minima and maxima, so that
 * the order of merging does not matter.
 *
 * @param gradients gradients seen
 * @param acted gradients that were changed
 * @param largestNorm largest norm before clipping, 0 when none was seen
 * @param smallestFactor smallest factor of clipping by norm, 1 when it never acted
 * @param units output units shortened by adaptive clipping
 * @param values elements limited by clipping by value
 */
public record ClipTotals(
    long gradients,
    long acted,
    double largestNorm,
    double smallestFactor,
    long units,
    long values) {

  /** Of no gradients. */
  public static final ClipTotals EMPTY = new ClipTotals(0, 0, 0, 1, 0, 0);

  /** The totals of one gradient. */
  public static ClipTotals of(ClipReport report) {
    return new ClipTotals(
        1, report.acted() ? 1 : 0, report.norm(), report.factor(), report.units(), report.values());
  }

  public ClipTotals merge(ClipTotals other) {
    return new ClipTotals(
        gradients + other.gradients,
        acted + other.acted,
        Math.max(largestNorm, other.largestNorm),
        Math.min(smallestFactor, other.smallestFactor),
        units + other.units,
        values + other.values);
  }
}
