package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.config.JobConfiguration;

/** How a job trains: a line for each stage, and one for each thing beyond that is on. */
public final class TrainingTable {

  /** Columns of a stage; what else it has is in the last one, a line each. */
  private static final List<String> COLUMNS =
      List.of("name", "epochs", TrainingValues.WEIGHT_BITS, TrainingValues.ACTIVATION_BITS);

  private final Map<String, Object> values;

  private TrainingTable(Map<String, Object> values) {
    this.values = values;
  }

  public static TrainingTable of(JobConfiguration job) {
    return new TrainingTable(TrainingValues.of(job));
  }

  /** All of it, as values of JSON. */
  public Map<String, Object> values() {
    return new LinkedHashMap<>(values);
  }

  /** All of it in plain text. */
  public String text() {
    TextTable stages =
        new TextTable(
            List.of(
                TextTable.Side.LEFT,
                TextTable.Side.RIGHT,
                TextTable.Side.LEFT,
                TextTable.Side.LEFT,
                TextTable.Side.LEFT));
    stages.row("stage", "epochs", "weights", "activations", "how").rule();
    for (Object stage : (List<?>) values.getOrDefault(TrainingValues.STAGES, List.of())) {
      addStage(stages, (Map<?, ?>) stage);
    }
    TextTable lines = new TextTable(List.of(TextTable.Side.LEFT, TextTable.Side.LEFT));
    values.forEach(
        (key, value) -> {
          if (!key.equals(TrainingValues.STAGES)) {
            lines.row(words(key), value.equals(true) ? "on" : text(value));
          }
        });
    String others = lines.toString();
    return stages + (others.isEmpty() ? "" : "\n" + others);
  }

  private static void addStage(TextTable table, Map<?, ?> stage) {
    List<String> cells = new ArrayList<>();
    COLUMNS.forEach(key -> cells.add(text(stage.get(key))));
    for (Map.Entry<?, ?> entry : stage.entrySet()) {
      if (!COLUMNS.contains(String.valueOf(entry.getKey()))) {
        cells.add(item(entry));
        table.row(cells.toArray(new String[0]));
        cells.clear();
        COLUMNS.forEach(key -> cells.add(""));
      }
    }
  }

  private static String item(Map.Entry<?, ?> entry) {
    String key = words(String.valueOf(entry.getKey()));
    return Boolean.TRUE.equals(entry.getValue()) ? key : key + " " + text(entry.getValue());
  }

  /** The members of a group; its kind has no name. */
  private static String text(@Nullable Object value) {
    if (value instanceof Map<?, ?> group) {
      return group.entrySet().stream()
          .map(
              entry ->
                  entry.getKey().equals("schedule") || entry.getKey().equals("method")
                      ? text(entry.getValue())
                      : item(entry))
          .collect(Collectors.joining(", "));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(TrainingTable::text).collect(Collectors.joining(" "));
    }
    return value instanceof Double number && number == Math.rint(number) && number < 1e9
        ? String.valueOf(number.longValue())
        : String.valueOf(value);
  }

  /** The name of a value as the configuration has it. */
  private static String words(String key) {
    return key.replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }
}
