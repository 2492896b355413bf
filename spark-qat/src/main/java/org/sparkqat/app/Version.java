package org.sparkqat.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this program, as the build wrote it. */
final class Version implements IVersionProvider {
  private static final String RESOURCE = "version.properties";

  @Override
  public String[] getVersion() {
    return new String[] {"spark-qat " + current()};
  }

  static String current() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "Cannot find resource: " + RESOURCE + " (build with Maven)");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to read resource: " + RESOURCE, e);
    }
    return properties.getProperty("version", "unknown");
  }
}
