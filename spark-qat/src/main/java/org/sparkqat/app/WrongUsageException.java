package org.sparkqat.app;

/** A command line that cannot be carried out as it stands. */
final class WrongUsageException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  WrongUsageException(String message) {
    super(message);
  }
}
