package org.sparkqat.app.output;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.sparkqat.distributed.StepTiming;
import org.sparkqat.training.Phase;

/**
 * One optimizer step, as a line of {@code metrics.jsonl}.
 *
 * @param stage name of the stage
 * @param epoch epoch within the phase, from 1
 * @param step optimizer step of the whole job, from 1
 * @param gradientNorm Euclidean norm of the merged gradient before it is clipped
 * @param clippedShards shards whose gradient was clipped
 * @param clipFactor what clipping multiplied the merged gradient by; 1: nothing
 * @param clipRate share of the shards whose gradient was clipped
 * @param saturationRate share of the quantized activations outside their range; empty: none is
 *     quantized
 * @param seconds from the end of the step before to the end of this one
 * @param timing where the time of the step went
 */
public record StepMetrics(
    String stage,
    Phase phase,
    int epoch,
    long step,
    int examples,
    double loss,
    double learningRate,
    double gradientNorm,
    int clippedShards,
    double clipFactor,
    double clipRate,
    OptionalDouble saturationRate,
    double seconds,
    StepTiming timing) {

  public static final String KIND = "step";

  private static final double NANO = 1e-9;

  /** The line's values. */
  public Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put(MetricsLog.KIND, KIND);
    event.put(MetricsLog.STAGE, stage);
    event.put(MetricsLog.PHASE, phase.name().toLowerCase(Locale.ROOT));
    event.put(MetricsLog.EPOCH, epoch);
    event.put(MetricsLog.STEP, step);
    event.put("examples", examples);
    event.put("loss", loss);
    event.put("learningRate", learningRate);
    event.put("gradientNorm", gradientNorm);
    event.put("clippedShards", clippedShards);
    event.put("clipFactor", clipFactor);
    event.put("clipRate", clipRate);
    saturationRate.ifPresent(rate -> event.put("saturationRate", rate));
    event.put("seconds", seconds);
    event.put("examplesPerSecond", seconds > 0 ? examples / seconds : 0);
    event.put("computeSeconds", timing.compute() * NANO);
    event.put("waitSeconds", timing.waiting() * NANO);
    event.put("wireSeconds", timing.wire() * NANO);
    event.put("mergeSeconds", timing.merge() * NANO);
    event.put("updateSeconds", timing.update() * NANO);
    return event;
  }
}
