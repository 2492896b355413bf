package org.sparkqat.app.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sparkqat.analysis.LayerCost;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.ParameterLayout;

/**
 * One block of a network: the unit of execution and of quantization.
 *
 * @param type layer, and what is joined to it
 * @param shape of the output, without the batch
 * @param parameters trained numbers
 * @param real what stays float by a rule
 * @param floatBytes 4 bytes for each trained number and each running statistic
 * @param quantizedBytes weights at their bits, and for each output channel a bias of 4 bytes and
 *     the scales
 */
record BlockRow(
    String name,
    String type,
    String shape,
    long parameters,
    Optional<WeightQuantizer> weights,
    Optional<QuantizationPoint> output,
    Set<Part> real,
    Optional<Range> range,
    long floatBytes,
    long quantizedBytes) {

  private static final int FLOAT_BYTES = 4;
  private static final String FLOAT = "float";

  static BlockRow of(Block block, QuantizedGraph graph, Optional<Ranges> ranges) {
    Optional<WeightQuantizer> weights = graph.weights().get(block.index());
    Optional<QuantizationPoint> output = graph.outputs().get(block.index());
    ParameterLayout layout = graph.graph().network().parameters();
    ParameterLayout statistics = graph.graph().network().statistics();
    String normalization = block.batchNormalization().map(node -> node.name()).orElse("");
    long own = size(layout, block.name() + ".");
    long normal = block.normalization().isPresent() ? size(layout, normalization + ".") : 0;
    long running = normalization.isEmpty() ? 0 : size(statistics, normalization + ".");
    return new BlockRow(
        block.name(),
        type(block),
        block.outputShape().toString(),
        own + normal,
        weights,
        output,
        graph.realParts(block),
        range(output, ranges),
        FLOAT_BYTES * (own + normal + running),
        weights
            .map(quantizer -> LayerCost.bytes(graph.graph().network(), block, quantizer))
            .orElse(FLOAT_BYTES * (own + normal + running)));
  }

  /** The range in force at a point, if both are there. */
  static Optional<Range> range(Optional<QuantizationPoint> point, Optional<Ranges> ranges) {
    return point.flatMap(at -> ranges.map(all -> range(at, all))).filter(r -> !r.isEmpty());
  }

  private static Range range(QuantizationPoint point, Ranges ranges) {
    Range range = Range.EMPTY;
    for (int slot = 0; slot < point.slots(); slot++) {
      range = range.union(ranges.range(point.firstSlot() + slot));
    }
    return range;
  }

  private static long size(ParameterLayout layout, String prefix) {
    return layout.parameters().stream()
        .filter(parameter -> parameter.name().startsWith(prefix))
        .filter(parameter -> parameter.name().indexOf('.', prefix.length()) < 0)
        .mapToLong(parameter -> parameter.size())
        .sum();
  }

  private static String type(Block block) {
    StringBuilder type = new StringBuilder(word(block));
    if (block.normalization().isPresent()) {
      type.append(" + batch norm");
    }
    boolean isActivation = block.anchor().layer().activation() == block.activation();
    if (!isActivation) {
      type.append(" + ").append(block.activation().name().toLowerCase(java.util.Locale.ROOT));
    }
    return type.toString();
  }

  private static String word(Block block) {
    Layer layer = block.anchor().layer();
    if (layer instanceof ActivationFunction function) {
      return function.typeName();
    }
    String word =
        layer
            .getClass()
            .getSimpleName()
            .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
            .toLowerCase(java.util.Locale.ROOT);
    if (layer instanceof Layer.Convolution convolution) {
      String kernel =
          convolution.window().kernelHeight() + "x" + convolution.window().kernelWidth();
      boolean depthwise =
          convolution.groups() > 1 && convolution.groups() == block.inputShape().channels();
      return (depthwise ? "depthwise " : "") + word + " " + kernel;
    }
    return word;
  }

  String weightText() {
    return weights.map(QuantizerWords::text).orElse(real.contains(Part.WEIGHTS) ? FLOAT : "");
  }

  String activationText() {
    return output
        .map(point -> QuantizerWords.text(point.quantizer()))
        .orElse(real.contains(Part.ACTIVATIONS) ? FLOAT : "");
  }

  String rangeText() {
    return range
        .map(r -> String.format(java.util.Locale.ROOT, "%.4g … %.4g", r.min(), r.max()))
        .orElse("");
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", name);
    values.put("type", type);
    values.put("shape", shape);
    values.put("parameters", parameters);
    real.forEach(part -> values.put(part == Part.WEIGHTS ? "weightBits" : "activationBits", FLOAT));
    weights.ifPresent(quantizer -> values.putAll(QuantizerWords.json(quantizer)));
    output.ifPresent(point -> values.putAll(QuantizerWords.json(point.quantizer())));
    range.ifPresent(r -> values.put("range", java.util.List.of(r.min(), r.max())));
    values.put("floatBytes", floatBytes);
    values.put("quantizedBytes", quantizedBytes);
    return values;
  }
}
