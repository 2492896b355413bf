package org.sparkqat.distributed.wire;

import org.sparkqat.distributed.wire.GradientForm.Feedback;

/**
 * How gradients travel in the steps of an epoch; decides the result, as far as they are rounded.
 *
 * <p>Every so many steps, and at the end of an epoch, gradients travel exactly with the rounding
 * errors that are left (error reset: Xie et al. 2020, arXiv 2007.13221). Between two steps after
 * which no errors are left the driver knows all of the state: there it writes checkpoints, and
 * there it goes back to when errors are lost with an executor.
 *
 * @param window steps from one exact one to the next, at least 1; 32 by default
 */
public record GradientCoding(GradientEncoding encoding, int window) {

  /** Gradients are exact. */
  public static final GradientCoding EXACT = of(GradientEncoding.FLOAT32);

  private static final int WINDOW = 32;

  public GradientCoding {
    if (window < 1) {
      throw new IllegalArgumentException("Invalid window: " + window + " (must be at least 1)");
    }
  }

  /** The encoding with the default window. */
  public static GradientCoding of(GradientEncoding encoding) {
    return new GradientCoding(encoding, WINDOW);
  }

  /** The form of a step of an epoch of so many steps. */
  public GradientForm form(int stepOfEpoch, int steps) {
    boolean first = isSettled(stepOfEpoch);
    boolean last = stepOfEpoch + 1 == steps || isSettled(stepOfEpoch + 1);
    if (encoding == GradientEncoding.FLOAT32 || (first && last)) {
      return GradientForm.PLAIN;
    }
    Feedback feedback = first ? Feedback.START : last ? Feedback.FLUSH : Feedback.CONTINUE;
    return new GradientForm(encoding, feedback);
  }

  /** True when no rounding errors are left before a step of an epoch. */
  public boolean isSettled(int stepOfEpoch) {
    return encoding == GradientEncoding.FLOAT32 || stepOfEpoch % window == 0;
  }
}
