package org.sparkqat.distributed.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.distributed.TinyJob;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.spark.ScalaList;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;

@ExtendWith(SparkTestKit.class)
class TrainingMetricsTest {

  private static final int STEPS_PER_EPOCH = 300 / 32;
  private static final int CALIBRATION_STEPS = 2;
  private static final long MILLI = 1_000_000;

  /** Collects what jobs are called. */
  private static final class Descriptions extends SparkListener {
    private final ConcurrentLinkedQueue<String> texts = new ConcurrentLinkedQueue<>();

    @Override
    public void onJobStart(SparkListenerJobStart start) {
      String text = start.properties().getProperty("spark.job.description");
      if (text != null) {
        texts.add(text);
      }
    }
  }

  private static MetricRegistry shown() {
    List<Source> sources =
        ScalaList.copyOf(SparkEnv.get().metricsSystem().getSourcesByName(SparkMetrics.NAME));
    assertThat(sources).as("one training at a time").hasSize(1);
    return sources.get(0).metricRegistry();
  }

  @ParameterizedTest
  @EnumSource(names = {"RESIDENT", "JOB_PER_STEP"})
  void everyStepIsInTheMetricsOfSparkAndEveryJobSaysWhatItIsFor(
      ExchangeSettings.Mode mode, SparkSession spark) throws Exception {
    SparkContext context = spark.sparkContext();
    Descriptions descriptions = new Descriptions();
    context.addSparkListener(descriptions);
    try {
      TinyJob.train(
          spark,
          TinyJob.table(spark, TinyJob.rows(300, 1)),
          2,
          ExchangeSettings.DEFAULT.mode(mode));
      context.listenerBus().waitUntilEmpty();
    } finally {
      context.removeSparkListener(descriptions);
    }

    MetricRegistry metrics = shown();
    int steps = 3 * STEPS_PER_EPOCH + CALIBRATION_STEPS;
    assertThat(metrics.timer("step").getCount()).isEqualTo(steps);
    assertThat(metrics.counter("examples").getCount()).isEqualTo(32L * steps);
    for (String part : List.of("compute", "wire", "merge", "update")) {
      Snapshot times = metrics.timer("step." + part).getSnapshot();
      assertThat(times.getMax()).as(part).isPositive();
    }
    assertThat(gauge(metrics, "examplesPerSecond")).isPositive();
    assertThat(gauge(metrics, "loss")).isPositive();
    assertThat(gauge(metrics, "accuracy")).isBetween(0.8, 1.0);
    assertThat(gauge(metrics, "saturationRate")).isBetween(0.0, 0.5);
    assertThat(metrics.getGauges().get("phase").getValue()).isEqualTo("done");

    String workers = mode == ExchangeSettings.Mode.RESIDENT ? ", 2 resident workers from step" : "";
    assertThat(descriptions.texts)
        .anyMatch(text -> text.startsWith("epoch 1/1, float" + workers))
        .anyMatch(text -> text.startsWith("calibration W8A8" + workers))
        .anyMatch(text -> text.startsWith("epoch 2/2, QAT W8A8" + workers))
        .contains("evaluation after epoch 1/1, float")
        .contains("evaluation after calibration W8A8")
        .contains("evaluation after epoch 2/2, QAT W8A8");
    assertThat(context.getLocalProperty("spark.job.description")).isNull();
  }

  @Test
  void ratesAndTimesAreThoseOfTheSteps() {
    TrainingMetrics metrics = new TrainingMetrics();
    metrics.phaseStarted(Phase.QAT, 3, 10);
    StepTiming timing = new StepTiming(40 * MILLI, 20 * MILLI, 25 * MILLI, 10 * MILLI, 5 * MILLI);
    metrics.stepDone(report(new ClipTotals(8, 2, 3, 0.5, 3, 5), 50, 1000).timed(timing));
    MetricRegistry registry = metrics.registry();

    assertThat(gauge(registry, "examplesPerSecond")).isEqualTo(640, within(1e-9));
    assertThat(gauge(registry, "clipRate")).isEqualTo(0.25);
    assertThat(gauge(registry, "saturationRate")).isEqualTo(0.05);
    assertThat(gauge(registry, "epoch")).isEqualTo(2);
    assertThat(registry.getGauges().get("phase").getValue()).isEqualTo("qat");
    List<Double> millis = new ArrayList<>();
    for (String name : List.of("step", "step.compute", "step.wait", "step.wire", "step.merge")) {
      millis.add(registry.timer(name).getSnapshot().getMean() / MILLI);
    }
    assertThat(millis).containsExactly(100.0, 40.0, 20.0, 25.0, 10.0);
    assertThat(registry.getCounters())
        .extractingFromEntries(Map.Entry::getKey)
        .containsExactly(
            "clippedShards",
            "clippedSteps",
            "clippedUnits",
            "clippedValues",
            "examples",
            "globalClippedUnits",
            "globalClippedValues",
            "rollBacks",
            "saturatedActivations");
    assertThat(registry.counter("clippedSteps").getCount()).isEqualTo(1);
    assertThat(registry.counter("clippedUnits").getCount()).isEqualTo(3);
    assertThat(registry.counter("clippedValues").getCount()).isEqualTo(5);
    assertThat(registry.counter("globalClippedUnits").getCount()).isEqualTo(2);
    assertThat(registry.counter("globalClippedValues").getCount()).isZero();
    assertThat(gauge(registry, "clipFactor")).isEqualTo(0.75);
    assertThat(gauge(registry, "shardClipFactor")).isEqualTo(0.5);
    assertThat(gauge(registry, "shardGradientNorm")).isEqualTo(3);
    assertThat(registry.counter("clippedShards").getCount()).isEqualTo(2);
    assertThat(registry.counter("saturatedActivations").getCount()).isEqualTo(50);
  }

  @Test
  void aStepWithoutClippingAndQuantizersHasNoRates() {
    StepReport report = report(ClipTotals.EMPTY, 0, 0);
    assertThat(report.clipRate()).isZero();
    assertThat(report.saturationRate()).isEmpty();
  }

  private static StepReport report(ClipTotals clips, long saturated, long quantized) {
    return new StepReport(
        new Position(Phase.QAT, 1, 4, 14),
        64,
        0.5,
        0.1,
        clips,
        new ClipReport(2, 0.75, 2, 0),
        saturated,
        quantized,
        StageFigures.NONE,
        StepTiming.NONE);
  }

  private static double gauge(MetricRegistry metrics, String name) {
    return ((Number) metrics.getGauges().get(name).getValue()).doubleValue();
  }
}
