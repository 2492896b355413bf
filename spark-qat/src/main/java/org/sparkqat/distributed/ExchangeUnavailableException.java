package org.sparkqat.distributed;

/** Resident workers cannot start here; another exchange can do the step. */
final class ExchangeUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ExchangeUnavailableException(String message) {
    super(message);
  }

  ExchangeUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
