package org.sparkqat.distributed.progress;

import com.codahale.metrics.MetricRegistry;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;
import org.sparkqat.spark.ScalaList;

/**
 * Metrics of this program among those of Spark, in every sink that {@code spark.metrics.conf}
 * names: the one place that uses Spark's metrics system, which is not public API.
 */
public final class SparkMetrics implements Source {

  /** What follows the application and {@code driver} in the names of all metrics. */
  static final String NAME = "sparkqat";

  private final MetricRegistry registry;

  private SparkMetrics(MetricRegistry registry) {
    this.registry = registry;
  }

  /**
   * Shows the metrics of a registry, which must all be there, in place of those of the training
   * before. They stay until Spark stops, so that its last report has the last step.
   */
  public static void show(MetricRegistry registry) {
    MetricsSystem system = SparkEnv.get().metricsSystem();
    List<Source> before = ScalaList.copyOf(system.getSourcesByName(NAME));
    before.forEach(system::removeSource);
    system.registerSource(new SparkMetrics(registry));
  }

  @Override
  public String sourceName() {
    return NAME;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
