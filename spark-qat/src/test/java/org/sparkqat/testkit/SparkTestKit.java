package org.sparkqat.testkit;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One small Spark session for all tests of this process: {@code @ExtendWith(SparkTestKit.class)}
 * and a parameter of type {@link SparkSession}, or {@link #session()} from a ScalaTest suite.
 *
 * <p>Kryo refuses classes that are not registered, so that a forgotten one fails a test. Spark
 * stops the session when the process ends.
 */
public final class SparkTestKit implements ParameterResolver {

  private static final String REGISTRATORS = "org.sparkqat.data.DataKryoRegistrator";

  /** The shared session, started by the first caller. */
  public static SparkSession session() {
    SparkSession session =
        SparkSession.builder()
            .appName("spark-qat tests")
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .config("spark.kryo.registrationRequired", "true")
            .config("spark.kryo.registrator", REGISTRATORS)
            .getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    return session;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SparkSession.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return session();
  }
}
