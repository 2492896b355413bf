package org.sparkqat.distributed.progress;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Stage;
import org.sparkqat.training.TrainingState;

/**
 * The progress of a training as metrics: timers of the step and its parts, counters, and the
 * figures of the latest step. The names are in {@code docs/operations.md}.
 */
public final class TrainingMetrics implements TrainingListener {

  private final MetricRegistry registry = new MetricRegistry();
  private final Timer step = registry.timer("step");
  private final Timer compute = registry.timer("step.compute");
  private final Timer wait = registry.timer("step.wait");
  private final Timer wire = registry.timer("step.wire");
  private final Timer merge = registry.timer("step.merge");
  private final Timer update = registry.timer("step.update");
  private final Counter examples = registry.counter("examples");
  private final Counter clippedShards = registry.counter("clippedShards");
  private final Counter clippedSteps = registry.counter("clippedSteps");
  private final Counter clippedUnits = registry.counter("clippedUnits");
  private final Counter clippedValues = registry.counter("clippedValues");
  private final Counter globalClippedUnits = registry.counter("globalClippedUnits");
  private final Counter globalClippedValues = registry.counter("globalClippedValues");
  private final Counter rollBacks = registry.counter("rollBacks");
  private final Counter saturated = registry.counter("saturatedActivations");
  private volatile Latest latest = new Latest(0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0);
  private volatile double accuracy = Double.NaN;
  private volatile String stage = "";
  private volatile String phase = "";

  /** Figures of the latest step; calibration has no loss. */
  private record Latest(
      double examplesPerSecond,
      double loss,
      double learningRate,
      double gradientNorm,
      double clipFactor,
      double shardGradientNorm,
      double shardClipFactor,
      double clipRate,
      double saturationRate,
      double oscillatingWeights,
      double epoch) {}

  public TrainingMetrics() {
    gauge("examplesPerSecond", Latest::examplesPerSecond);
    gauge("loss", Latest::loss);
    gauge("learningRate", Latest::learningRate);
    gauge("gradientNorm", Latest::gradientNorm);
    gauge("clipFactor", Latest::clipFactor);
    gauge("shardGradientNorm", Latest::shardGradientNorm);
    gauge("shardClipFactor", Latest::shardClipFactor);
    gauge("clipRate", Latest::clipRate);
    gauge("saturationRate", Latest::saturationRate);
    gauge("oscillatingWeights", Latest::oscillatingWeights);
    gauge("epoch", Latest::epoch);
    registry.register("accuracy", (Gauge<Double>) () -> accuracy);
    registry.register("stage", (Gauge<String>) () -> stage);
    registry.register("phase", (Gauge<String>) () -> phase);
  }

  private void gauge(String name, ToDoubleFunction<Latest> figure) {
    registry.register(name, (Gauge<Double>) () -> figure.applyAsDouble(latest));
  }

  /** The metrics by their names. */
  public MetricRegistry registry() {
    return registry;
  }

  @Override
  public void stageStarted(Stage started) {
    stage = started.name();
  }

  @Override
  public void rolledBack(RollBack rollBack) {
    rollBacks.inc();
  }

  @Override
  public void phaseStarted(Phase started, int epochs, int stepsPerEpoch) {
    phase = started.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void stepDone(StepReport report) {
    StepTiming timing = report.timing();
    add(step, timing.total());
    add(compute, timing.compute());
    add(wait, timing.waiting());
    add(wire, timing.wire());
    add(merge, timing.merge());
    add(update, timing.update());
    examples.inc(report.examples());
    clippedShards.inc(report.shardClips().acted());
    clippedSteps.inc(report.clip().acted() ? 1 : 0);
    clippedUnits.inc(report.shardClips().units());
    clippedValues.inc(report.shardClips().values());
    globalClippedUnits.inc(report.clip().units());
    globalClippedValues.inc(report.clip().values());
    saturated.inc(report.saturated());
    double seconds = timing.total() * 1e-9;
    latest =
        new Latest(
            seconds > 0 ? report.examples() / seconds : 0,
            report.loss(),
            report.learningRate(),
            report.clip().norm(),
            report.clip().factor(),
            report.shardClips().largestNorm(),
            report.shardClips().smallestFactor(),
            report.clipRate(),
            report.saturationRate().orElse(0),
            report.figures().oscillating().orElse(0),
            report.position().epoch() + 1);
  }

  private static void add(Timer timer, long nanos) {
    timer.update(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void evaluated(TrainingState state, Evaluation evaluation) {
    accuracy = evaluation.accuracy();
  }
}
