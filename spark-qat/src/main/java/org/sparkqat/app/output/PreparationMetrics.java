package org.sparkqat.app.output;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the preparation of a data set took, as a line of {@code metrics.jsonl}.
 *
 * @param set {@code train}, {@code test} or {@code validation}
 * @param step optimizer steps that were made before
 * @param figures by name
 */
public record PreparationMetrics(String set, long step, Map<String, Object> figures) {

  public static final String KIND = "data";

  /** The line's values. */
  public Map<String, Object> event() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put(MetricsLog.KIND, KIND);
    event.put(MetricsLog.MODE, set);
    event.put(MetricsLog.PHASE, "preparation");
    event.put(MetricsLog.EPOCH, 0);
    event.put(MetricsLog.STEP, step);
    event.putAll(figures);
    return event;
  }
}
