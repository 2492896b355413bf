package org.sparkqat.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.app.output.Json;
import org.sparkqat.app.report.TextTable;
import org.sparkqat.app.report.TextTable.Side;
import org.sparkqat.distributed.evaluation.IntegerEvaluation;
import org.sparkqat.quantization.Rounding;

/**
 * What {@code evaluate --integer-only} says.
 *
 * @param found the evaluation of each form of the network: {@code ptq}, {@code qat}
 */
record IntegerReport(Rounding rounding, Map<String, IntegerEvaluation> found) {

  String json() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("rounding", rounding.text());
    found.forEach(
        (form, integers) -> {
          values.put(form + "IntegerAccuracy", integers.evaluation().accuracy());
          values.put(form + "IntegerLoss", integers.evaluation().loss());
          values.put(form + "DifferingPredictions", integers.differingShare());
          values.put("examples", integers.evaluation().examples());
        });
    return Json.document(values);
  }

  String text(boolean isRegression) {
    TextTable table = new TextTable(List.of(Side.LEFT, Side.RIGHT, Side.RIGHT, Side.RIGHT));
    String heading = isRegression ? "R²" : "accuracy";
    table.row("integer only, " + rounding.text(), heading, "loss", "other predictions").rule();
    found.forEach(
        (form, integers) ->
            table.row(
                form,
                isRegression
                    ? format("%.4f", integers.evaluation().accuracy())
                    : format("%.2f %%", 100 * integers.evaluation().accuracy()),
                format("%.4f", integers.evaluation().loss()),
                format("%.2f %%", 100 * integers.differingShare())));
    return table.toString();
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
