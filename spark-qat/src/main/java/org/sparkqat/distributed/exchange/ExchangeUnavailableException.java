package org.sparkqat.distributed.exchange;

/** Resident workers cannot start here; another exchange can do the step. */
public final class ExchangeUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ExchangeUnavailableException(String message) {
    super(message);
  }

  public ExchangeUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
