package org.sparkqat.data;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A mistake in the data or in its description: the message alone tells what to correct. */
public final class InvalidDataException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  public InvalidDataException(String message) {
    super(message);
  }

  public InvalidDataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The first exception of this type among {@code failure} and its causes. */
  public static Optional<InvalidDataException> in(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof InvalidDataException invalid) {
        return Optional.of(invalid);
      }
    }
    return Optional.empty();
  }
}
