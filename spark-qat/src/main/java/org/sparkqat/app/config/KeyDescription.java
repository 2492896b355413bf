package org.sparkqat.app.config;

/**
 * A key as a reader asked for it; the reference of all keys is checked against these.
 *
 * @param path with {@code N} for the index of a list's item
 * @param allowed what values it takes
 * @param fallback its default as text, {@code required} or {@code none}
 */
record KeyDescription(String path, String allowed, String fallback) {

  static final String REQUIRED = "required";
  static final String NONE = "none";

  KeyDescription {
    path = path.replaceAll("\\.\\d+(?=\\.|$)", ".N");
  }
}
