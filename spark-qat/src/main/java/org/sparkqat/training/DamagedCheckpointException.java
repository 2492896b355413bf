package org.sparkqat.training;

import java.io.IOException;

/** A checkpoint cannot be used; the message says what is wrong with which of its files. */
final class DamagedCheckpointException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedCheckpointException(String message) {
    super(message);
  }

  DamagedCheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
