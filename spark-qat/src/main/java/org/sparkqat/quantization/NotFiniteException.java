package org.sparkqat.quantization;

import java.util.Optional;

/** Numbers are NaN or infinite, or too large to have a scale; what trains them has diverged. */
public final class NotFiniteException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String parameter;

  public NotFiniteException(String message) {
    super(message);
    this.parameter = "";
  }

  /**
   * Names where the numbers are.
   *
   * @param parameter which of the network's parameters they are
   */
  public NotFiniteException(String parameter, NotFiniteException cause) {
    super("Invalid '%s': %s".formatted(parameter, cause.getMessage()), cause);
    this.parameter = parameter;
  }

  /** The numbers of a parameter. */
  public static NotFiniteException of(String parameter) {
    return new NotFiniteException(parameter, new NotFiniteException("not finite"));
  }

  /** Which of the network's parameters the numbers are; empty: others. */
  public Optional<String> parameter() {
    return parameter.isEmpty() ? Optional.empty() : Optional.of(parameter);
  }
}
