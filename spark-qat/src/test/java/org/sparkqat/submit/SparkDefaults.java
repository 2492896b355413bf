package org.sparkqat.submit;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import org.sparkqat.testkit.CommandLine;

/** The settings in {@code conf/spark-defaults-*.conf}, in their order. */
final class SparkDefaults {

  static final String[] PLATFORMS = {
    "local", "standalone", "yarn", "kubernetes", "emr", "databricks"
  };

  private SparkDefaults() {}

  static Map<String, String> of(String platform) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    String file = "conf/spark-defaults-" + platform + ".conf";
    for (String line : Files.readAllLines(CommandLine.projectFolder().resolve(file))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] words = line.strip().split("\\s+", 2);
        if (words.length < 2 || settings.put(words[0], words[1]) != null) {
          throw new AssertionError(file + ": no value, or a second one: " + line);
        }
      }
    }
    return settings;
  }
}
