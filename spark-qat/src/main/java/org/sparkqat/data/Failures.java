package org.sparkqat.data;

/** Turns a failure of Spark into the one line that says what went wrong. */
public final class Failures {

  private Failures() {}

  /**
   * The message of the {@link InvalidDataException} among the causes, or else of the innermost
   * cause that has a message; without a stack trace.
   */
  public static String describe(Throwable failure) {
    return InvalidDataException.in(failure)
        .map(Throwable::getMessage)
        .orElseGet(() -> innermost(failure));
  }

  private static String innermost(Throwable failure) {
    String description = failure.getClass().getSimpleName();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
        description = firstLine(cause.getMessage());
      }
    }
    return description;
  }

  /** Spark appends stack traces and query plans to its messages: the first line is for people. */
  static String firstLine(String message) {
    return message.strip().lines().findFirst().orElse("").strip();
  }
}
