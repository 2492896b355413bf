package org.sparkqat.app.config;

/**
 * Group {@code output}: where a run is written.
 *
 * @param path a folder on any Hadoop file system
 */
public record OutputConfiguration(String path) {

  static OutputConfiguration read(Section section) {
    return new OutputConfiguration(
        section.required("path", new Kind.Text("folder on any Hadoop file system"), "?"));
  }
}
