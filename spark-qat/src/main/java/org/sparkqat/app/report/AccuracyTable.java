package org.sparkqat.app.report;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.sparkqat.app.output.Summary.Accuracies;

/** The accuracies of a network's forms, each with its difference to float. */
public final class AccuracyTable {

  /** What the figures are. */
  public enum Measure {
    /** Share of correct classes, in percent and points. */
    ACCURACY,
    /** R² of a regression. */
    R_SQUARED
  }

  /** One form of the network; empty figures where nothing was measured. */
  record Line(String form, String figure, String difference) {}

  private AccuracyTable() {}

  /** The table in plain text. */
  public static String text(Accuracies accuracies, Measure measure) {
    TextTable table =
        new TextTable(List.of(TextTable.Side.LEFT, TextTable.Side.RIGHT, TextTable.Side.RIGHT));
    table.row("network", heading(measure), "against float").rule();
    lines(accuracies, measure).forEach(l -> table.row(l.form(), l.figure(), l.difference()));
    return table.toString();
  }

  static String heading(Measure measure) {
    return measure == Measure.ACCURACY ? "accuracy" : "R²";
  }

  static List<Line> lines(Accuracies all, Measure measure) {
    List<Line> lines =
        new java.util.ArrayList<>(
            List.of(
                line("float", all.floating(), OptionalDouble.empty(), measure),
                line("post-training quantization", all.ptq(), all.floating(), measure),
                line("quantization-aware training", all.qat(), all.floating(), measure)));
    if (all.integer().isPresent()) {
      lines.add(line("integer only", all.integer(), all.floating(), measure));
    }
    return lines;
  }

  private static Line line(
      String form, OptionalDouble value, OptionalDouble floating, Measure measure) {
    if (value.isEmpty()) {
      return new Line(form, "-", "");
    }
    boolean percent = measure == Measure.ACCURACY;
    double factor = percent ? 100 : 1;
    String difference =
        floating.isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                percent ? "%+.2f points" : "%+.4f",
                factor * (value.getAsDouble() - floating.getAsDouble()));
    return new Line(form, figure(value.getAsDouble(), measure), difference);
  }

  static String figure(double value, Measure measure) {
    return measure == Measure.ACCURACY
        ? String.format(Locale.ROOT, "%.2f %%", 100 * value)
        : String.format(Locale.ROOT, "%.4f", value);
  }
}
