package org.sparkqat.app.output;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.training.Phase;

/**
 * One evaluation, as a line of {@code metrics.jsonl}.
 *
 * @param data the set that it was made on
 * @param mode which form of the network: {@code float}, {@code ptq} or {@code qat}
 * @param stage name of the stage
 * @param epoch epochs of the phase that were trained
 * @param step optimizer steps that were made
 * @param accuracy share of correct classes, or R² of a regression
 */
public record EvaluationMetrics(
    EvaluationSet data,
    String mode,
    String stage,
    Phase phase,
    int epoch,
    long step,
    double accuracy,
    double loss,
    long examples) {

  public static final String KIND = "evaluation";
  public static final String DATA = "data";

  /** The line's values. */
  public Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put(MetricsLog.KIND, KIND);
    event.put(MetricsLog.MODE, mode);
    event.put(MetricsLog.STAGE, stage);
    event.put(MetricsLog.PHASE, phase.name().toLowerCase(Locale.ROOT));
    event.put(MetricsLog.EPOCH, epoch);
    event.put(MetricsLog.STEP, step);
    event.put(DATA, data.toString());
    event.put("accuracy", accuracy);
    event.put("loss", loss);
    event.put("examples", examples);
    return event;
  }

  /** True for a line of an evaluation on a set; one that names none is of the test data. */
  public static boolean isOf(Map<String, @Nullable Object> event, EvaluationSet set) {
    return KIND.equals(event.get(MetricsLog.KIND))
        && set.toString().equals(event.getOrDefault(DATA, EvaluationSet.TEST.toString()));
  }
}
