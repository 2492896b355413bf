package org.sparkqat.spark;

import org.apache.spark.SSLOptions;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Option;

/** What is called otherwise in Spark 4 than in Spark 3.5: here, Spark 4. */
public final class SparkVersioned {

  private SparkVersioned() {}

  /** The rows of a table as Spark computes them, which may be reused from one to the next. */
  public static JavaRDD<InternalRow> internalRows(Dataset<Row> table) {
    return ((org.apache.spark.sql.classic.Dataset<Row>) table).queryExecution().toRdd().toJavaRDD();
  }

  /**
   * The settings of this process's Spark for a network of our own.
   *
   * @param module prefix of settings that hold for this network alone
   * @param threads of the network; 0: as many as Spark's own
   */
  public static TransportConf transportConf(SparkEnv environment, String module, int threads) {
    SecurityManager security = environment.securityManager();
    Option<SSLOptions> ssl =
        security.isSslRpcEnabled() ? Option.apply(security.getRpcSSLOptions()) : Option.empty();
    return SparkTransportConf.fromSparkConf(
        environment.conf(), module, threads, Option.empty(), ssl);
  }
}
