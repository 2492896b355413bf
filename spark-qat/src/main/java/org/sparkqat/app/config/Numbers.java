package org.sparkqat.app.config;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How numbers and truth values are written in a configuration. */
final class Numbers {

  private static final String INTEGER = "[-+]?[0-9]+";
  private static final String REAL = "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?";

  private Numbers() {}

  static OptionalLong integer(String text) {
    if (!text.matches(INTEGER)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  static OptionalDouble real(String text) {
    return text.matches(REAL)
        ? OptionalDouble.of(Double.parseDouble(text))
        : OptionalDouble.empty();
  }

  static Optional<Boolean> truth(String text) {
    return text.equals("true")
        ? Optional.of(true)
        : text.equals("false") ? Optional.of(false) : Optional.empty();
  }

  /** The value of an unquoted scalar of no known type. */
  static @Nullable Object plain(String text) {
    if (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null")) {
      return null;
    }
    OptionalLong integer = integer(text);
    if (integer.isPresent()) {
      long value = integer.getAsLong();
      return value == (int) value ? (Object) (int) value : (Object) value;
    }
    OptionalDouble real = real(text);
    if (real.isPresent()) {
      return real.getAsDouble();
    }
    Optional<Boolean> truth = truth(text);
    return truth.isPresent() ? (Object) truth.get() : text;
  }
}
