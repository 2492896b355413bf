package org.sparkqat.app;

import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.package$;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.data.DataKryoRegistrator;
import scala.Tuple2;

/** Starts the Spark session of a command, with the settings that training needs. */
final class Sessions {

  private static final String HADOOP_PREFIX = "spark.hadoop.";
  private static final String REGISTRATORS = "spark.kryo.registrator";
  private static final String BROKEN_VERSION = "4.0.0";

  private Sessions() {}

  /** What Hadoop's file systems are told before a session exists: {@code spark.hadoop.*}. */
  static Configuration hadoop() {
    Configuration hadoop = new Configuration();
    for (Tuple2<String, String> setting : new SparkConf().getAllWithPrefix(HADOOP_PREFIX)) {
      hadoop.set(setting._1(), setting._2());
    }
    return hadoop;
  }

  /**
   * Checks that this program runs on a version of Spark.
   *
   * @throws UnsupportedOperationException when it does not, with what to use instead
   */
  static void requireSupported(String spark) {
    if (spark.equals(BROKEN_VERSION)) {
      throw new UnsupportedOperationException(
          "Unsupported Spark: " + BROKEN_VERSION + " (use 4.0.1 or later; see SPARK-52259)");
    }
  }

  /** Why this program does not run on the Spark of this process; empty: it does. */
  static Optional<String> refusal() {
    try {
      requireSupported(package$.MODULE$.SPARK_VERSION());
      return Optional.empty();
    } catch (UnsupportedOperationException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  static SparkSession start(String command) {
    requireSupported(package$.MODULE$.SPARK_VERSION());
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "spark-qat " + command);
    // A step waits for its slowest task: never for a better place, never for a second copy.
    conf.setIfMissing("spark.locality.wait", "0s");
    conf.setIfMissing("spark.speculation", "false");
    // Spark's own bar would write into ours.
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.set("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
    String registrators = conf.get(REGISTRATORS, "");
    String ours = DataKryoRegistrator.class.getName();
    conf.set(REGISTRATORS, registrators.isEmpty() ? ours : ours + "," + registrators);
    return SparkSession.builder().config(conf).getOrCreate();
  }
}
