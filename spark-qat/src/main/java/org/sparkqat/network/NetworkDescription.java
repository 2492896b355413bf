package org.sparkqat.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sparkqat.tensor.Shape;

/**
 * A network as a list of named layers, each a map of settings, as it stands in a YAML file.
 *
 * <pre>{@code
 * - {name: conv1, type: convolution, outputs: 6, kernel: 5, stride: 1, padding: 2, groups: 1, bias: true}
 * - {name: sum, type: add, inputs: [conv1, shortcut]}
 * }</pre>
 *
 * <p>{@code inputs} defaults to the layer before; {@code input} is the network's input. Settings
 * with their defaults:
 *
 * <ul>
 *   <li>{@code convolution}: {@code outputs}, {@code kernel}, {@code stride: 1}, {@code padding:
 *       0}, {@code groups: 1}, {@code bias: true}
 *   <li>{@code fully-connected}: {@code outputs}, {@code bias: true}
 *   <li>{@code batch-normalization}: {@code epsilon: 1.0e-5}, {@code momentum: 0.1}
 *   <li>{@code max-pool}, {@code average-pool}: {@code kernel}, {@code stride} (that of the
 *       kernel), {@code padding: 0}
 *   <li>{@code dropout}: {@code rate: 0.5}
 *   <li>{@code squeeze-excite}: {@code reduction: 4}, {@code gate: sigmoid}; it stands for the
 *       layers of {@link SqueezeExcite}
 *   <li>{@code relu}, {@code relu6}, {@code sigmoid}, {@code tanh}, {@code hard-sigmoid}, {@code
 *       hard-swish}, {@code silu}, {@code global-average-pool}, {@code add}, {@code concatenate},
 *       {@code multiply}, {@code flatten}: none
 * </ul>
 *
 * <p>{@code kernel}, {@code stride} and {@code padding} are one integer, or {@code [height,
 * width]}.
 */
public final class NetworkDescription {

  private NetworkDescription() {}

  /**
   * The network of the given layers.
   *
   * @throws IllegalArgumentException naming layer, key and value when a description is wrong, and
   *     both layers when their shapes do not fit
   */
  public static Network read(String name, Shape input, List<Map<String, Object>> layers) {
    Network.Builder network = Network.builder(name, input);
    for (int i = 0; i < layers.size(); i++) {
      Map<String, Object> description = layers.get(i);
      String layer = requireName(description, i);
      LayerSettings settings = new LayerSettings(layer, description);
      if (SqueezeExcite.TYPE.equals(description.get("type"))) {
        addSqueezeExcite(network, layer, settings);
      } else {
        addLayer(network, layer, requireType(layer, description), settings);
      }
    }
    return network.build();
  }

  private static void addLayer(
      Network.Builder network, String layer, LayerType<?> type, LayerSettings settings) {
    settings.requireKeys(type.allKeys());
    String[] inputs = settings.inputs().toArray(new String[0]);
    network.add(layer, named(layer, () -> type.reader().apply(settings)), inputs);
  }

  private static void addSqueezeExcite(
      Network.Builder network, String layer, LayerSettings settings) {
    settings.requireKeys(LayerType.keysWith(SqueezeExcite.KEYS));
    List<String> inputs = settings.inputs();
    if (inputs.size() > 1) {
      throw new IllegalArgumentException(
          "Invalid inputs of layer '%s': %s (it takes 1)".formatted(layer, inputs));
    }
    named(layer, () -> SqueezeExcite.read(settings))
        .addTo(network, layer, inputs.isEmpty() ? network.last() : inputs.get(0));
  }

  /** The layers of a network with all their settings; {@link #read} gives the network back. */
  public static List<Map<String, Object>> write(Network network) {
    List<Map<String, Object>> layers = new ArrayList<>();
    String before = Network.INPUT;
    for (Node node : network.nodes()) {
      LayerType<?> type = typeOf(node.layer());
      Map<String, Object> description = new LinkedHashMap<>();
      description.put("name", node.name());
      description.put("type", type.name());
      if (!node.inputs().equals(List.of(before))) {
        description.put("inputs", node.inputs());
      }
      description.putAll(type.settingsOf(node.layer()));
      layers.add(description);
      before = node.name();
    }
    return layers;
  }

  private static <T> T named(String layer, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(withLayer(String.valueOf(e.getMessage()), layer), e);
    }
  }

  /** A layer's own check does not know its name: "Invalid rate: 2" is "of layer 'drop1'". */
  private static String withLayer(String message, String layer) {
    String name = "layer '" + layer + "'";
    return message.contains(name)
        ? message
        : message.replaceFirst(":", Matcher.quoteReplacement(" of " + name + ":"));
  }

  private static String requireName(Map<String, Object> description, int position) {
    if (description.get("name") instanceof String name) {
      return name;
    }
    throw new IllegalArgumentException(
        "Invalid name of layer %d: %s (every layer needs a name, e.g. conv1)"
            .formatted(position + 1, description.get("name")));
  }

  private static LayerType<?> requireType(String layer, Map<String, Object> description) {
    for (LayerType<?> type : LayerType.ALL) {
      if (type.name().equals(description.get("type"))) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "Invalid type of layer '%s': %s (allowed: %s)"
            .formatted(
                layer,
                description.get("type"),
                Stream.concat(
                        LayerType.ALL.stream().map(LayerType::name), Stream.of(SqueezeExcite.TYPE))
                    .collect(Collectors.joining(", "))));
  }

  private static LayerType<?> typeOf(Layer layer) {
    return LayerType.ALL.stream()
        .filter(type -> type.describes(layer))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Cannot describe layer: " + layer));
  }
}
