package org.sparkqat.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkqat.analysis.Budget;
import org.sparkqat.analysis.LayerBits;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.MixedPrecision.Choice;
import org.sparkqat.app.output.Json;
import org.sparkqat.app.report.PrecisionTable;

/**
 * What {@code mixed-precision} found.
 *
 * @param others networks of one number of bits, by name
 * @param found what the networks reach, by name; empty: not evaluated
 */
record PrecisionResult(
    Budget budget,
    Choice chosen,
    Map<String, Choice> others,
    List<Choice> curve,
    Map<String, Measurement> found) {

  static final String FLOAT = "float";
  static final String CHOSEN = "chosen";

  /** The choice and the others, by name. */
  Map<String, Choice> networks() {
    Map<String, Choice> networks = new LinkedHashMap<>();
    networks.put(CHOSEN, chosen);
    networks.putAll(others);
    return networks;
  }

  /** Tables, then the rules. */
  String text(String rules) {
    String verified =
        found.isEmpty() ? "" : "\n" + PrecisionTable.verified(budget, networks(), found);
    return PrecisionTable.layers(chosen)
        + "\nPareto curve\n"
        + PrecisionTable.curve(budget, curve)
        + verified
        + "\n"
        + rules;
  }

  String json() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("layers", chosen.layers().stream().map(PrecisionResult::layer).toList());
    List<Map<String, Object>> points = new ArrayList<>();
    curve.forEach(each -> points.add(figures(each)));
    map.put("curve", points);
    Map<String, Object> networks = new LinkedHashMap<>();
    networks().forEach((name, choice) -> networks.put(name, figures(choice)));
    map.put("networks", networks);
    Map<String, Object> verified = new LinkedHashMap<>();
    found.forEach((name, at) -> verified.put(name, measured(at)));
    map.put("verified", verified);
    return Json.document(map);
  }

  private static Map<String, Object> figures(Choice choice) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("cost", choice.units());
    map.put("score", choice.score());
    return map;
  }

  private static Map<String, Object> measured(Measurement at) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("loss", at.loss());
    map.put("accuracy", at.accuracy());
    map.put("noise", at.noise());
    return map;
  }

  private static Map<String, Object> layer(LayerBits layer) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("match", layer.layer());
    layer.weights().ifPresent(bits -> map.put("weights", bits));
    layer.activations().ifPresent(bits -> map.put("activations", bits));
    return map;
  }
}
