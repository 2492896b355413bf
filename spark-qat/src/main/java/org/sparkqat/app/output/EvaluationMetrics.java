package org.sparkqat.app.output;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.training.Phase;

/**
 * One evaluation on the test set, as a line of {@code metrics.jsonl}.
 *
 * @param mode which form of the network: {@code float}, {@code ptq} or {@code qat}
 * @param stage name of the stage
 * @param epoch epochs of the phase that were trained
 * @param step optimizer steps that were made
 * @param accuracy share of correct classes, or R² of a regression
 */
public record EvaluationMetrics(
    String mode,
    String stage,
    Phase phase,
    int epoch,
    long step,
    double accuracy,
    double loss,
    long examples) {

  public static final String KIND = "evaluation";

  /** The line's values. */
  public Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put(MetricsLog.KIND, KIND);
    event.put(MetricsLog.MODE, mode);
    event.put(MetricsLog.STAGE, stage);
    event.put(MetricsLog.PHASE, phase.name().toLowerCase(Locale.ROOT));
    event.put(MetricsLog.EPOCH, epoch);
    event.put(MetricsLog.STEP, step);
    event.put("accuracy", accuracy);
    event.put("loss", loss);
    event.put("examples", examples);
    return event;
  }
}
