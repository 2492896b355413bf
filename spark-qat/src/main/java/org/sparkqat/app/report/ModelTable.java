package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.output.Json;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.training.TrainedModel;

/** The blocks of a network with their shapes, bits, ranges and sizes. */
public final class ModelTable {

  static final List<String> HEADINGS =
      List.of(
          "block",
          "type",
          "output",
          "parameters",
          "weights",
          "activations",
          "range",
          "float",
          "quantized");

  private final String name;
  private final List<BlockRow> rows;
  private final Optional<Rounding> integerTrue;

  private ModelTable(String name, List<BlockRow> rows, Optional<Rounding> integerTrue) {
    this.name = name;
    this.rows = List.copyOf(rows);
    this.integerTrue = integerTrue;
  }

  /** A network that is not trained: no ranges are known. */
  public static ModelTable of(QuantizedGraph graph) {
    return of(graph, Optional.empty());
  }

  /** A trained network, with the ranges in force. */
  public static ModelTable of(TrainedModel model) {
    return of(model.graph(), Optional.of(model.ranges()));
  }

  private static ModelTable of(QuantizedGraph graph, Optional<Ranges> ranges) {
    Network network = graph.graph().network();
    List<BlockRow> rows = new ArrayList<>();
    rows.add(input(graph.input(), ranges, network));
    for (Block block : graph.graph().blocks()) {
      rows.add(BlockRow.of(block, graph, ranges));
    }
    return new ModelTable(network.name(), rows, graph.integerTrue());
  }

  private static BlockRow input(
      Optional<QuantizationPoint> point, Optional<Ranges> ranges, Network network) {
    return new BlockRow(
        Network.INPUT,
        "normalization",
        network.inputShape().toString(),
        0,
        Optional.empty(),
        point,
        point.isPresent() ? Set.of() : Set.of(Part.ACTIVATIONS),
        BlockRow.range(point, ranges),
        0,
        0);
  }

  String name() {
    return name;
  }

  List<BlockRow> rows() {
    return rows;
  }

  public long parameters() {
    return rows.stream().mapToLong(BlockRow::parameters).sum();
  }

  /** Bytes of the float network. */
  public long floatBytes() {
    return rows.stream().mapToLong(BlockRow::floatBytes).sum();
  }

  /** Bytes of the quantized network. */
  public long quantizedBytes() {
    return rows.stream().mapToLong(BlockRow::quantizedBytes).sum();
  }

  /** The table in plain text; what quantizers are called in it is said below. */
  public String text() {
    ShortNames weights = new ShortNames(rows.stream().map(BlockRow::weightText).toList());
    ShortNames activations = new ShortNames(rows.stream().map(BlockRow::activationText).toList());
    TextTable table =
        new TextTable(
            List.of(
                TextTable.Side.LEFT,
                TextTable.Side.LEFT,
                TextTable.Side.LEFT,
                TextTable.Side.RIGHT,
                TextTable.Side.LEFT,
                TextTable.Side.LEFT,
                TextTable.Side.LEFT,
                TextTable.Side.RIGHT,
                TextTable.Side.RIGHT));
    table.row(HEADINGS.toArray(new String[0]));
    table.rule();
    List<List<String>> cells = cells(weights::of, activations::of);
    for (List<String> row : cells.subList(0, rows.size())) {
      table.row(row.toArray(new String[0]));
    }
    table.rule();
    table.row(cells.get(rows.size()).toArray(new String[0]));
    return table
        + legend(weights, activations)
        + integerTrue
            .map(rounding -> "Evaluation rounds as integers alone: %s\n".formatted(rounding.text()))
            .orElse("");
  }

  private static String legend(ShortNames weights, ShortNames activations) {
    TextTable table =
        new TextTable(List.of(TextTable.Side.LEFT, TextTable.Side.LEFT, TextTable.Side.LEFT));
    weights.legend().forEach(line -> table.row("weights", line.get(0), line.get(1)));
    activations.legend().forEach(line -> table.row("activations", line.get(0), line.get(1)));
    String text = table.toString();
    return text.isEmpty() ? "" : "\n" + text;
  }

  /** The cells of each block's row, and of the totals. */
  List<List<String>> cells() {
    return cells(text -> text, text -> text);
  }

  private List<List<String>> cells(UnaryOperator<String> weights, UnaryOperator<String> outputs) {
    List<List<String>> cells = new ArrayList<>();
    for (BlockRow row : rows) {
      cells.add(
          List.of(
              row.name(),
              row.type(),
              row.shape(),
              count(row.parameters()),
              weights.apply(row.weightText()),
              outputs.apply(row.activationText()),
              row.rangeText(),
              bytes(row.floatBytes()),
              bytes(row.quantizedBytes())));
    }
    cells.add(
        List.of(
            name,
            "",
            "",
            count(parameters()),
            "",
            "",
            "",
            bytes(floatBytes()),
            bytes(quantizedBytes())));
    return cells;
  }

  /** The same as JSON. */
  public String json() {
    return Json.document(values());
  }

  /** The same as values of JSON. */
  public Map<String, @Nullable Object> values() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", name);
    values.put("parameters", parameters());
    values.put("floatBytes", floatBytes());
    values.put("quantizedBytes", quantizedBytes());
    values.put("integerTrue", integerTrue.map(Rounding::text).orElse(null));
    values.put("blocks", rows.stream().map(BlockRow::json).toList());
    return values;
  }

  static String count(long value) {
    return value == 0 ? "" : String.format(Locale.ROOT, "%,d", value);
  }

  static String bytes(long bytes) {
    if (bytes == 0) {
      return "";
    }
    return bytes < 1024
        ? bytes + " B"
        : bytes < 1 << 20
            ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
            : String.format(Locale.ROOT, "%.2f MiB", bytes / 1048576.0);
  }
}
