package org.sparkqat.data;

/**
 * Where the examples of a data set come from.
 *
 * @param portion which of the source's
 */
public record ExampleSource(DataSource source, Portion portion) {

  /** All examples of a source. */
  public static ExampleSource all(DataSource source) {
    return new ExampleSource(source, Portion.ALL);
  }
}
