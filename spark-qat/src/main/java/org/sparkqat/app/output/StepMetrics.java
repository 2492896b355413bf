package org.sparkqat.app.output;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.training.Position;
import org.sparkqat.training.RangeReport;

/**
 * One optimizer step, as a line of {@code metrics.jsonl}.
 *
 * @param stage name of the stage
 * @param report what the step tells
 * @param seconds from the end of the step before to the end of this one
 */
public record StepMetrics(String stage, StepReport report, double seconds) {

  public static final String KIND = "step";

  private static final double NANO = 1e-9;

  /** The line's values; epochs and steps count from 1. */
  public Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    Position at = report.position();
    event.put(MetricsLog.KIND, KIND);
    event.put(MetricsLog.STAGE, stage);
    event.put(MetricsLog.PHASE, at.phase().name().toLowerCase(Locale.ROOT));
    event.put(MetricsLog.EPOCH, at.epoch() + 1);
    event.put(MetricsLog.STEP, at.step() + 1);
    event.put("examples", report.examples());
    event.put("loss", report.loss());
    event.put("learningRate", report.learningRate());
    addClipping(event);
    report.saturationRate().ifPresent(rate -> event.put("saturationRate", rate));
    addFigures(event, report.figures());
    event.put("seconds", seconds);
    event.put("examplesPerSecond", seconds > 0 ? report.examples() / seconds : 0);
    addTiming(event, report.timing());
    return event;
  }

  /** Of the merged gradient; then of the shards' gradients: how many, and by how much. */
  private void addClipping(Map<String, Object> event) {
    event.put("gradientNorm", report.clip().norm());
    event.put("clipFactor", report.clip().factor());
    event.put("clippedShards", report.shardClips().acted());
    event.put("clipRate", report.clipRate());
    event.put("shardGradientNorm", report.shardClips().largestNorm());
    event.put("shardClipFactor", report.shardClips().smallestFactor());
    event.put("clippedUnits", report.shardClips().units());
    event.put("clippedValues", report.shardClips().values());
    event.put("globalClippedUnits", report.clip().units());
    event.put("globalClippedValues", report.clip().values());
  }

  private static void addFigures(Map<String, Object> event, StageFigures figures) {
    figures.batchNormDrift().ifPresent(drift -> event.put("batchNormDrift", drift));
    figures.oscillating().ifPresent(share -> event.put("oscillatingWeights", share));
    figures.held().ifPresent(share -> event.put("heldWeights", share));
    figures.ranges().ifPresent(ranges -> addRanges(event, ranges));
  }

  private static void addRanges(Map<String, Object> event, RangeReport ranges) {
    event.put("rangeGradientNorm", ranges.norm());
    event.put("rangeClipFactor", ranges.factor());
    event.put("heldRanges", ranges.held().size());
  }

  private static void addTiming(Map<String, Object> event, StepTiming timing) {
    event.put("computeSeconds", timing.compute() * NANO);
    event.put("waitSeconds", timing.waiting() * NANO);
    event.put("wireSeconds", timing.wire() * NANO);
    event.put("mergeSeconds", timing.merge() * NANO);
    event.put("updateSeconds", timing.update() * NANO);
  }
}
