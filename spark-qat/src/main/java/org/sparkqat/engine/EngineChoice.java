package org.sparkqat.engine;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which kernels a job asks for. */
public enum EngineChoice {
  /** oneDNN where it loads, else the reference kernels. */
  AUTO,
  /** oneDNN, or an error. */
  ONEDNN,
  /** The plain-Java kernels. */
  REFERENCE;

  /** The choice of a configuration file: {@code auto}, {@code onednn} or {@code reference}. */
  public static EngineChoice parse(String text) {
    return Arrays.stream(values())
        .filter(choice -> choice.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid engine: %s (allowed: %s)"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(EngineChoice::text)
                                .collect(Collectors.joining(", ")))));
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
