package org.sparkqat.training;

/**
 * What clipping did to one gradient.
 *
 * @param norm Euclidean norm before clipping; not finite exactly when an element is not finite
 * @param factor by which clipping by norm multiplied the gradient, 1 when it did not act
 * @param units output units that adaptive clipping shortened
 * @param values elements that clipping by value limited
 */
public record ClipReport(double norm, double factor, long units, long values) {

  /** True when anything was clipped. */
  public boolean acted() {
    return factor < 1 || units > 0 || values > 0;
  }
}
