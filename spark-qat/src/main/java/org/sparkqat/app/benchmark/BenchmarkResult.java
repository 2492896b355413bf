package org.sparkqat.app.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.sparkqat.app.report.TextTable;
import org.sparkqat.app.report.TextTable.Side;
import org.sparkqat.training.TrainedModel;

/**
 * What a benchmark found.
 *
 * @param engine the kernels that ran, e.g. {@code onednn}
 * @param instructionSet as {@link org.sparkqat.engine.Kernels#instructionSet}
 * @param model the quantized network after its steps
 */
public record BenchmarkResult(
    BenchmarkSettings settings,
    String engine,
    String instructionSet,
    ModeFigures floating,
    ModeFigures quantized,
    TrainedModel model) {

  private static final double MEBI = 1024 * 1024;

  /** The figures side by side, in plain text. */
  public String text() {
    TextTable table = new TextTable(List.of(Side.LEFT, Side.RIGHT, Side.RIGHT, Side.RIGHT));
    String quantizedName = "qat W%1$dA%1$d".formatted(settings.bits());
    table.row(title(), "float", quantizedName, "qat / float").rule();
    row(table, "training step, median ms", "%.2f", ModeFigures::medianMs);
    row(table, "examples a second", "%,.1f", ModeFigures::examplesPerSecond);
    share(table, "forward and loss", ModeFigures.Shares::forward);
    share(table, "backward", ModeFigures.Shares::backward);
    share(table, "quantization", ModeFigures.Shares::quantization);
    share(table, "update", ModeFigures.Shares::update);
    row(table, "evaluation, median ms", "%.2f", ModeFigures::evaluationMs);
    row(table, "peak native MiB", "%.1f", mode -> mode.memory().peakNativeBytes() / MEBI);
    row(table, "kept for backward MiB", "%.1f", m -> m.memory().keptForBackwardBytes() / MEBI);
    return table.toString();
  }

  private String title() {
    return "%s, batch %d, %d thread%s, %s"
        .formatted(
            settings.model(),
            settings.batch(),
            settings.threads(),
            settings.threads() == 1 ? "" : "s",
            instructionSet);
  }

  private void row(
      TextTable table, String name, String format, ToDoubleFunction<ModeFigures> figure) {
    double of = figure.applyAsDouble(floating);
    double with = figure.applyAsDouble(quantized);
    table.row(name, text(format, of), text(format, with), of == 0 ? "" : text("%.2f", with / of));
  }

  private void share(TextTable table, String name, ToDoubleFunction<ModeFigures.Shares> share) {
    table.row(
        "  " + name,
        text("%.1f %%", 100 * share.applyAsDouble(floating.shares())),
        text("%.1f %%", 100 * share.applyAsDouble(quantized.shares())),
        "");
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Everything as JSON values. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", settings.model());
    json.put("batch", settings.batch());
    json.put("threads", settings.threads());
    json.put("steps", settings.steps());
    json.put("bits", settings.bits());
    json.put("gradients", settings.gradients().name().toLowerCase(Locale.ROOT));
    json.put("engine", engine);
    json.put("instructionSet", instructionSet);
    json.put("float", floating.json());
    json.put("qat", quantized.json());
    return json;
  }
}
