package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.Sensitivity;
import org.sparkqat.analysis.Variant;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;

/** A sensitivity analysis as a table: a row for each part of each layer, columns for the bits. */
public final class SensitivityTable {

  private SensitivityTable() {}

  /** SQNR in dB, rise of the loss, change of the accuracy in points; then the weights. */
  public static String text(Sensitivity sensitivity) {
    StringBuilder text = new StringBuilder();
    text.append(
        line(
            "%s, %,d examples: float loss %.4f, accuracy %.2f %%\n",
            sensitivity.network(),
            sensitivity.examples(),
            sensitivity.reference().loss(),
            100 * sensitivity.reference().accuracy()));
    for (Scope scope : Scope.values()) {
      if (sensitivity.rows().stream().anyMatch(row -> row.variant().scope() == scope)) {
        text.append(
            scope == Scope.ONE ? "\nonly this layer quantized\n" : "\nall but this layer\n");
        text.append(grid(sensitivity, scope));
      }
    }
    return text.append("\nweights\n").append(weights(sensitivity)).toString();
  }

  private static String grid(Sensitivity sensitivity, Scope scope) {
    List<TextTable.Side> sides = new ArrayList<>(List.of(TextTable.Side.LEFT, TextTable.Side.LEFT));
    List<String> headings = new ArrayList<>(List.of("layer", "part"));
    for (int bits : sensitivity.bits()) {
      headings.addAll(List.of(bits + " bit dB", "loss", "points"));
      sides.addAll(List.of(TextTable.Side.RIGHT, TextTable.Side.RIGHT, TextTable.Side.RIGHT));
    }
    TextTable table = new TextTable(sides).row(headings.toArray(new String[0])).rule();
    for (Sensitivity.Layer layer : sensitivity.layers()) {
      for (Part part : Part.values()) {
        List<String> cells = new ArrayList<>(List.of(layer.name(), word(part)));
        for (int bits : sensitivity.bits()) {
          cells.addAll(
              cells(
                  sensitivity.found(new Variant(layer.name(), part, bits, scope)),
                  sensitivity.reference()));
        }
        if (cells.stream().skip(2).anyMatch(cell -> !cell.isEmpty())) {
          table.row(cells.toArray(new String[0]));
        }
      }
    }
    return table.toString();
  }

  private static List<String> cells(Optional<Measurement> found, Measurement reference) {
    return found
        .map(
            at ->
                List.of(
                    decibels(at.sqnr()),
                    line("%+.4f", at.loss() - reference.loss()),
                    line("%+.2f", 100 * (at.accuracy() - reference.accuracy()))))
        .orElse(List.of("", "", ""));
  }

  private static String weights(Sensitivity sensitivity) {
    List<TextTable.Side> sides = new ArrayList<>(List.of(TextTable.Side.LEFT));
    List<String> headings =
        new ArrayList<>(List.of("layer", "weights", "Hessian trace", "+-", "gradient^2"));
    sensitivity.bits().forEach(bits -> headings.add(bits + " bit dB"));
    while (sides.size() < headings.size()) {
      sides.add(TextTable.Side.RIGHT);
    }
    TextTable table = new TextTable(sides).row(headings.toArray(new String[0])).rule();
    for (Sensitivity.Layer layer : sensitivity.layers()) {
      if (layer.weights() > 0) {
        List<String> cells = new ArrayList<>();
        cells.add(layer.name());
        cells.add(line("%,d", layer.weights()));
        cells.add(layer.trace().map(trace -> line("%.4g", trace.mean())).orElse(""));
        cells.add(layer.trace().map(trace -> line("%.2g", trace.error())).orElse(""));
        cells.add(line("%.4g", layer.squaredGradient()));
        for (int bits : sensitivity.bits()) {
          cells.add(
              Optional.ofNullable(layer.errors().get(bits))
                  .map(error -> decibels(error.sqnr()))
                  .orElse(""));
        }
        table.row(cells.toArray(new String[0]));
      }
    }
    return table.toString();
  }

  static String decibels(double value) {
    return Double.isFinite(value) ? line("%.1f", value) : "exact";
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
