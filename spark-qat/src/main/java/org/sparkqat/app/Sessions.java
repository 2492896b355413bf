package org.sparkqat.app;

import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.data.DataKryoRegistrator;
import org.sparkqat.spark.SparkBuild;
import scala.Tuple2;

/**
 * The Spark session of a command: started with the settings that training needs, or, where the
 * program is a guest in a process that has one already (a Databricks job, a shell), the one that is
 * there.
 */
final class Sessions {

  private static final String HADOOP_PREFIX = "spark.hadoop.";
  private static final String REGISTRATORS = "spark.kryo.registrator";

  private Sessions() {}

  /** True when a Spark session is there already. It is not ours: it outlives the command. */
  static boolean isGuest() {
    return SparkSession.getDefaultSession().isDefined();
  }

  /**
   * What Hadoop's file systems are told: by the context that is there already, or by {@code
   * spark.hadoop.*} before there is one.
   */
  static Configuration hadoop() {
    if (isGuest()) {
      return new Configuration(
          SparkSession.getDefaultSession().get().sparkContext().hadoopConfiguration());
    }
    Configuration hadoop = new Configuration();
    for (Tuple2<String, String> setting : new SparkConf().getAllWithPrefix(HADOOP_PREFIX)) {
      hadoop.set(setting._1(), setting._2());
    }
    return hadoop;
  }

  /** Why this program does not run on the Spark of this process; empty: it does. */
  static Optional<String> refusal() {
    try {
      SparkBuild.requireMatch();
      return Optional.empty();
    } catch (UnsupportedOperationException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The session of a command, which ends with it unless it is another's. */
  static Lease lease(String command) {
    if (isGuest()) {
      SparkBuild.requireMatch();
      return new Lease(SparkSession.builder().getOrCreate(), session -> {});
    }
    return new Lease(start(command), SparkSession::stop);
  }

  static SparkSession start(String command) {
    SparkBuild.requireMatch();
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

  /** A session for the time of a command. */
  record Lease(SparkSession session, Consumer<SparkSession> end) implements AutoCloseable {

    @Override
    public void close() {
      end.accept(session);
    }
  }
}
