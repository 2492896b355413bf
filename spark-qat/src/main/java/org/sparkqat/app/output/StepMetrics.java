package org.sparkqat.app.output;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.training.Phase;

/**
 * One optimizer step, as a line of {@code metrics.jsonl}.
 *
 * @param epoch epoch within the phase, from 1
 * @param step optimizer step of the whole job, from 1
 * @param gradientNorm Euclidean norm of the merged gradient before it is clipped
 * @param clippedShards shards whose gradient was clipped
 * @param clipFactor what clipping multiplied the merged gradient by; 1: nothing
 * @param seconds duration of the step
 */
public record StepMetrics(
    Phase phase,
    int epoch,
    long step,
    int examples,
    double loss,
    double learningRate,
    double gradientNorm,
    int clippedShards,
    double clipFactor,
    double seconds) {

  public static final String KIND = "step";

  /** The line's values. */
  public Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put(MetricsLog.KIND, KIND);
    event.put(MetricsLog.PHASE, phase.name().toLowerCase(Locale.ROOT));
    event.put(MetricsLog.EPOCH, epoch);
    event.put(MetricsLog.STEP, step);
    event.put("examples", examples);
    event.put("loss", loss);
    event.put("learningRate", learningRate);
    event.put("gradientNorm", gradientNorm);
    event.put("clippedShards", clippedShards);
    event.put("clipFactor", clipFactor);
    event.put("seconds", seconds);
    return event;
  }
}
