package org.sparkqat.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.ConfigEntry;

/**
 * The properties that Spark knows: those of its own registry, and a list of those of its cluster
 * managers.
 */
record KnownProperties(List<String> ofClusterManagers) {

  private static final List<String> REGISTRIES =
      List.of("package$", "Deploy$", "Kryo$", "Network$", "Status$", "UI$", "Worker$");
  private static final String LIST = "/submit/spark-properties.txt";

  static KnownProperties ofSpark() {
    try (InputStream in = KnownProperties.class.getResourceAsStream(LIST)) {
      for (String registry : REGISTRIES) {
        // Properties are registered when these are initialized.
        Class.forName("org.apache.spark.internal.config." + registry);
      }
      byte[] bytes = Objects.requireNonNull(in, LIST).readAllBytes();
      return new KnownProperties(
          new String(bytes, StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** Fails unless Spark knows the property and takes the value. */
  void require(String key, String value) {
    ConfigEntry<?> entry = ConfigEntry.findEntry(key);
    if (entry == null) {
      assertThat(ofClusterManagers).as("properties of Spark").contains(key);
    } else {
      new SparkConf(false).set(key, value).get(entry);
    }
  }
}
