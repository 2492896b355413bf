package org.sparkqat.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.sparkqat.network.LayerSettings.DefaultStride;

/**
 * How one kind of layer is described: its type name, its keys, and both directions.
 *
 * @param name value of the key {@code type}
 * @param keys what may stand beside {@code name}, {@code type} and {@code inputs}
 */
record LayerType<L extends Layer>(
    String name,
    Class<L> kind,
    List<String> keys,
    Function<LayerSettings, L> reader,
    Function<L, Map<String, Object>> writer) {

  private static final List<String> WINDOW_KEYS = List.of("kernel", "stride", "padding");

  /** All kinds, in the order of the documentation. */
  static final List<LayerType<?>> ALL =
      List.of(
          new LayerType<>(
              "convolution",
              Layer.Convolution.class,
              List.of("outputs", "kernel", "stride", "padding", "groups", "bias"),
              LayerType::convolution,
              LayerType::describe),
          new LayerType<>(
              "fully-connected",
              Layer.FullyConnected.class,
              List.of("outputs", "bias"),
              settings -> new Layer.FullyConnected(settings.integer("outputs", 1), settings.bias()),
              layer -> described("outputs", layer.outputs(), "bias", layer.bias() == Bias.WITH)),
          new LayerType<>(
              "batch-normalization",
              Layer.BatchNormalization.class,
              List.of("epsilon", "momentum"),
              LayerType::batchNormalization,
              layer ->
                  described(
                      "epsilon", decimal(layer.epsilon()), "momentum", decimal(layer.momentum()))),
          plain("relu", Layer.Relu.class, new Layer.Relu()),
          plain("relu6", Layer.Relu6.class, new Layer.Relu6()),
          new LayerType<>(
              "max-pool",
              Layer.MaxPool.class,
              WINDOW_KEYS,
              settings -> new Layer.MaxPool(settings.window(DefaultStride.KERNEL)),
              layer -> describe(layer.window())),
          new LayerType<>(
              "average-pool",
              Layer.AveragePool.class,
              WINDOW_KEYS,
              settings -> new Layer.AveragePool(settings.window(DefaultStride.KERNEL)),
              layer -> describe(layer.window())),
          plain(
              "global-average-pool", Layer.GlobalAveragePool.class, new Layer.GlobalAveragePool()),
          plain("add", Layer.Add.class, new Layer.Add()),
          plain("flatten", Layer.Flatten.class, new Layer.Flatten()),
          new LayerType<>(
              "dropout",
              Layer.Dropout.class,
              List.of("rate"),
              settings -> new Layer.Dropout(settings.number("rate", 0.5f)),
              layer -> described("rate", decimal(layer.rate()))),
          function(ActivationFunction.SIGMOID),
          function(ActivationFunction.TANH),
          function(ActivationFunction.HARD_SIGMOID),
          function(ActivationFunction.HARD_SWISH),
          function(ActivationFunction.SILU),
          plain("concatenate", Concatenate.class, new Concatenate()),
          plain("multiply", Multiply.class, new Multiply()),
          plain("requantize", Requantize.class, new Requantize()));

  /** Everything that may stand in the description of such a layer. */
  List<String> allKeys() {
    return keysWith(keys);
  }

  static List<String> keysWith(List<String> keys) {
    return Stream.concat(Stream.of("name", "type", "inputs"), keys.stream()).toList();
  }

  /** The settings of a layer; it must be of this kind. */
  Map<String, Object> settingsOf(Layer layer) {
    return writer.apply(kind.cast(layer));
  }

  /** True when this is the type of a layer. */
  boolean describes(Layer layer) {
    return layer instanceof ActivationFunction function
        ? name.equals(function.typeName())
        : kind.isInstance(layer);
  }

  private static LayerType<ActivationFunction> function(ActivationFunction function) {
    return plain(function.typeName(), ActivationFunction.class, function);
  }

  private static <L extends Layer> LayerType<L> plain(String name, Class<L> kind, L layer) {
    return new LayerType<>(name, kind, List.of(), settings -> layer, same -> Map.of());
  }

  private static Layer.Convolution convolution(LayerSettings settings) {
    return new Layer.Convolution(
        settings.integer("outputs", 1),
        settings.window(DefaultStride.ONE),
        settings.integer("groups", 1, 1),
        settings.bias());
  }

  private static Layer.BatchNormalization batchNormalization(LayerSettings settings) {
    Layer.BatchNormalization otherwise = Layer.BatchNormalization.DEFAULT;
    return new Layer.BatchNormalization(
        settings.number("epsilon", otherwise.epsilon()),
        settings.number("momentum", otherwise.momentum()));
  }

  private static Map<String, Object> describe(Layer.Convolution layer) {
    Map<String, Object> description = described("outputs", layer.outputs());
    description.putAll(describe(layer.window()));
    description.put("groups", layer.groups());
    description.put("bias", layer.bias() == Bias.WITH);
    return description;
  }

  private static Map<String, Object> describe(Window window) {
    return described(
        "kernel", pair(window.kernelHeight(), window.kernelWidth()),
        "stride", pair(window.strideHeight(), window.strideWidth()),
        "padding", pair(window.paddingHeight(), window.paddingWidth()));
  }

  private static Object pair(int height, int width) {
    return height == width ? (Object) height : List.of(height, width);
  }

  /** The shortest decimal number that is read back as this float. */
  private static Double decimal(float value) {
    return Double.valueOf(Float.toString(value));
  }

  private static Map<String, Object> described(Object... keysAndValues) {
    Map<String, Object> description = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      description.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return description;
  }
}
