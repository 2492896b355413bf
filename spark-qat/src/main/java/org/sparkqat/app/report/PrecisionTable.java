package org.sparkqat.app.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.sparkqat.analysis.Budget;
import org.sparkqat.analysis.LayerBits;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.MixedPrecision.Choice;

/** A choice of bits in plain text, and as rules of a configuration. */
public final class PrecisionTable {

  private PrecisionTable() {}

  /** The bits of each layer. */
  public static String layers(Choice choice) {
    TextTable table =
        new TextTable(List.of(TextTable.Side.LEFT, TextTable.Side.RIGHT, TextTable.Side.RIGHT));
    table.row("layer", "weights", "activations").rule();
    for (LayerBits each : choice.layers()) {
      table.row(each.layer(), text(each.weights()), text(each.activations()));
    }
    return table.toString();
  }

  /** Points of the Pareto curve. */
  public static String curve(Budget budget, List<Choice> curve) {
    TextTable table = new TextTable(List.of(TextTable.Side.RIGHT, TextTable.Side.RIGHT));
    table.row("cost", "score").rule();
    for (Choice each : curve) {
      table.row(budget.text(each.units()), score(each));
    }
    return table.toString();
  }

  /** What choices reach on the examples. */
  public static String verified(
      Budget budget, Map<String, Choice> choices, Map<String, Measurement> found) {
    TextTable table =
        new TextTable(
            List.of(
                TextTable.Side.LEFT,
                TextTable.Side.RIGHT,
                TextTable.Side.RIGHT,
                TextTable.Side.RIGHT,
                TextTable.Side.RIGHT,
                TextTable.Side.RIGHT));
    table.row("network", "cost", "score", "loss", "accuracy", "dB").rule();
    found.forEach(
        (name, at) ->
            table.row(
                name,
                choices.containsKey(name) ? budget.text(choices.get(name).units()) : "",
                choices.containsKey(name) ? score(choices.get(name)) : "",
                String.format(Locale.ROOT, "%.4f", at.loss()),
                String.format(Locale.ROOT, "%.2f %%", 100 * at.accuracy()),
                SensitivityTable.decibels(at.sqnr())));
    return table.toString();
  }

  private static String score(Choice choice) {
    return String.format(Locale.ROOT, "%.4g", choice.score());
  }

  private static String text(OptionalInt bits) {
    return bits.isPresent() ? String.valueOf(bits.getAsInt()) : "";
  }

  /** Rules for {@code quantization.layers}, as a YAML document. */
  public static String rules(Choice choice, String comment) {
    StringBuilder yaml = new StringBuilder("# " + comment + "\nquantization:\n  layers:\n");
    for (LayerBits each : choice.layers()) {
      yaml.append("    - {match: '").append(each.layer().replace("'", "''")).append('\'');
      yaml.append(group("weights", each.weights()));
      yaml.append(group("activations", each.activations())).append("}\n");
    }
    return yaml.toString();
  }

  private static String group(String name, OptionalInt bits) {
    return bits.isPresent() ? ", " + name + ": {bits: " + bits.getAsInt() + "}" : "";
  }
}
