package org.sparkqat.distributed.exchange;

/** A step cannot be computed because workers that held what it builds on were lost. */
public final class StateLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private StateLostException(long step, String what) {
    super("Cannot compute step %d: %s were lost".formatted(step, what));
  }

  /** Rounding errors of the steps before. */
  public static StateLostException ofRoundingErrors(long step) {
    return new StateLostException(step, "rounding errors of gradients");
  }

  /** Parameters as they are since the steps before. */
  public static StateLostException ofSlices(long step) {
    return new StateLostException(step, "slices of the parameters");
  }
}
