package org.sparkqat.app.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

/**
 * One block of a network: the unit of execution and of quantization.
 *
 * @param type layer, and what is joined to it
 * @param shape of the output, without the batch
 * @param parameters trained numbers
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
    Optional<Range> range,
    long floatBytes,
    long quantizedBytes) {

  private static final int FLOAT_BYTES = 4;

  static BlockRow of(
      Block block,
      Optional<WeightQuantizer> weights,
      Optional<QuantizationPoint> output,
      Optional<Ranges> ranges,
      ParameterLayout layout,
      ParameterLayout statistics) {
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
        output.flatMap(point -> ranges.map(all -> range(point, all))).filter(r -> !r.isEmpty()),
        FLOAT_BYTES * (own + normal + running),
        weights
            .map(quantizer -> quantized(block, quantizer, layout))
            .orElse(FLOAT_BYTES * (own + normal + running)));
  }

  private static long quantized(Block block, WeightQuantizer quantizer, ParameterLayout layout) {
    Shape weight = layout.parameter(block.name() + ".weight").shape();
    long elements = weight.size();
    long outputs = block.outputShape().channels();
    long scales = scales(quantizer, weight);
    long zeroPoints = quantizer.symmetry() == Symmetry.SYMMETRIC ? 0 : scales;
    return (elements * quantizer.bits() + 7) / 8
        + FLOAT_BYTES * outputs
        + FLOAT_BYTES * scales
        + zeroPoints;
  }

  private static long scales(WeightQuantizer quantizer, Shape weight) {
    long outputs = weight.dim(0);
    return switch (quantizer.granularity()) {
      case PER_TENSOR -> 1;
      case PER_CHANNEL -> outputs;
      case PER_GROUP ->
          outputs * ((weight.dim(1) + quantizer.groupSize() - 1) / quantizer.groupSize());
    };
  }

  static Range range(QuantizationPoint point, Ranges ranges) {
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
    return weights
        .map(w -> text(w.bits(), w.granularity(), w.format()) + text(w.scheme()))
        .orElse("");
  }

  String activationText() {
    return output
        .map(QuantizationPoint::quantizer)
        .map(a -> text(a.bits(), a.granularity(), a.format()))
        .orElse("");
  }

  private static String text(int bits, Granularity granularity, CodeFormat format) {
    String powers = format.steps() == CodeFormat.Steps.POWER_OF_TWO ? ", power of two" : "";
    return bits + " bit " + word(granularity) + ", " + word(format.symmetry()) + powers;
  }

  private static String text(WeightScheme scheme) {
    return scheme == WeightScheme.UNIFORM ? "" : ", " + word(scheme);
  }

  String rangeText() {
    return range
        .map(r -> String.format(java.util.Locale.ROOT, "%.4g … %.4g", r.min(), r.max()))
        .orElse("");
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", name);
    values.put("type", type);
    values.put("shape", shape);
    values.put("parameters", parameters);
    weights.ifPresent(
        w -> {
          values.put("weightBits", w.bits());
          values.put("weightGranularity", word(w.granularity()));
          values.put("weightSymmetric", w.symmetry() == Symmetry.SYMMETRIC);
          values.put("weightScheme", word(w.scheme()));
        });
    output.ifPresent(
        point -> {
          values.put("activationBits", point.quantizer().bits());
          values.put("activationGranularity", word(point.quantizer().granularity()));
          values.put("activationSymmetric", point.quantizer().symmetry() == Symmetry.SYMMETRIC);
        });
    range.ifPresent(r -> values.put("range", java.util.List.of(r.min(), r.max())));
    values.put("floatBytes", floatBytes);
    values.put("quantizedBytes", quantizedBytes);
    return values;
  }
}
