package org.sparkqat.app.doctor;

import java.util.Map;
import java.util.Optional;

/**
 * Whether there is a SparkContext: training runs RDDs on the executors and needs one, which Spark
 * Connect does not have.
 *
 * @param connect why this is Spark Connect; empty: it is not
 * @param master where the context is; empty: there is no context
 */
record SparkContextCheck(Optional<String> connect, Optional<String> master) implements Check {

  private static final String REMEDY =
      "submit with spark-submit to a cluster; on Databricks, use dedicated (single user) compute:"
          + " standard and serverless compute have Spark Connect only";

  /** What says that sessions are remote: the settings, then the environment. */
  static Optional<String> connect(Map<String, String> settings, Map<String, String> environment) {
    String remote = settings.getOrDefault("spark.remote", "");
    if (!remote.isEmpty()) {
      return Optional.of("spark.remote is set");
    }
    if (!environment.getOrDefault("SPARK_REMOTE", "").isEmpty()) {
      return Optional.of("SPARK_REMOTE is set");
    }
    if (settings.getOrDefault("spark.api.mode", "").equalsIgnoreCase("connect")) {
      return Optional.of("spark.api.mode is connect");
    }
    if (environment.getOrDefault("SPARK_CONNECT_MODE_ENABLED", "").equals("1")) {
      return Optional.of("SPARK_CONNECT_MODE_ENABLED is set");
    }
    return Optional.empty();
  }

  @Override
  public Finding find() {
    if (connect.isPresent()) {
      return Finding.fail(
          "no SparkContext: this is Spark Connect (%s)".formatted(connect.get()), REMEDY);
    }
    return master
        .map(url -> Finding.ok("SparkContext at " + url).with("master", url))
        .orElseGet(() -> Finding.fail("no SparkContext", REMEDY));
  }
}
