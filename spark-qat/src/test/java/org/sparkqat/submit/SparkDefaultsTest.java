package org.sparkqat.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.testkit.CommandLine;

/** Spark knows the settings of every platform, and takes their values. */
class SparkDefaultsTest {

  private final KnownProperties known = KnownProperties.ofSpark();

  @ParameterizedTest
  @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes", "emr", "databricks"})
  void sparkKnowsEveryPropertyAndTakesItsValue(String platform) throws IOException {
    for (Map.Entry<String, String> setting : SparkDefaults.of(platform).entrySet()) {
      known.require(setting.getKey(), setting.getValue());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes", "emr", "databricks"})
  void aStepWaitsNeitherForAPlaceNorForASecondCopy(String platform) throws IOException {
    assertThat(SparkDefaults.of(platform))
        .containsEntry("spark.locality.wait", "0s")
        .containsEntry("spark.speculation", "false")
        .containsEntry("spark.task.cpus", "1");
  }

  /** Where memory beyond the heap kills a container, some is set aside for native memory. */
  @ParameterizedTest
  @ValueSource(strings = {"yarn", "kubernetes", "emr"})
  void containersHaveRoomForNativeMemory(String platform) throws IOException {
    SparkConf conf = conf(platform);
    assertThat(conf.getSizeAsMb("spark.executor.memoryOverhead"))
        .isGreaterThanOrEqualTo(400 + 400L * conf.getInt("spark.executor.cores", 0));
    assertThat(conf.getSizeAsMb("spark.driver.memoryOverhead")).isGreaterThanOrEqualTo(1024);
  }

  @ParameterizedTest
  @ValueSource(strings = {"standalone", "yarn", "kubernetes", "emr", "databricks"})
  void losingAnExecutorIsNotTheEnd(String platform) throws IOException {
    SparkConf conf = conf(platform);
    assertThat(conf.getInt("spark.task.maxFailures", 0)).isGreaterThan(4);
    assertThat(conf.getBoolean("spark.decommission.enabled", false)).isTrue();
    assertThat(conf.getBoolean("spark.storage.decommission.enabled", false)).isTrue();
    assertThat(conf.getTimeAsSeconds("spark.network.timeout"))
        .isGreaterThan(conf.getTimeAsSeconds("spark.executor.heartbeatInterval"));
  }

  /** As spark-submit reads it with --properties-file. */
  @ParameterizedTest
  @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes", "emr", "databricks"})
  void theFilesAreJavaProperties(String platform) throws IOException {
    Properties properties = new Properties();
    String file = "conf/spark-defaults-" + platform + ".conf";
    try (InputStream in = Files.newInputStream(CommandLine.projectFolder().resolve(file))) {
      properties.load(in);
    }
    assertThat(properties).isEqualTo(SparkDefaults.of(platform));
  }

  @Test
  void anUnknownPropertyAndAnImpossibleValueAreNoticed() {
    assertThatThrownBy(() -> known.require("spark.locality.weight", "0s"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("spark.locality.weight");
    assertThatThrownBy(() -> known.require("spark.executor.memoryOverhead", "much"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static SparkConf conf(String platform) throws IOException {
    SparkConf conf = new SparkConf(false);
    SparkDefaults.of(platform).forEach(conf::set);
    return conf;
  }
}
