package org.sparkqat.distributed;

/** A step cannot be computed because rounding errors of steps before it were lost. */
final class FeedbackLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  FeedbackLostException(long step) {
    super("Cannot compute step %d: rounding errors of gradients were lost".formatted(step));
  }
}
