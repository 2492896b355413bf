package org.sparkqat.app.config;

/**
 * Where a value of the configuration was written.
 *
 * @param source name of the file, or the {@code --set} option as it was given
 * @param line from 1; 0 when the source has no lines
 */
record Origin(String source, int line) {

  /** What the source of a preset's values begins with. */
  static final String PRESET = "preset ";

  static Origin override(String option) {
    return new Origin("--set " + option, 0);
  }

  /** True when the user did not write it. */
  boolean isPreset() {
    return source.startsWith(PRESET);
  }

  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line;
  }
}
