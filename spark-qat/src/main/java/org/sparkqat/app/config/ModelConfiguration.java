package org.sparkqat.app.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.network.Zoo;

/**
 * Group {@code model}: which network is trained, and with which weights it starts.
 *
 * @param name a network of the zoo, or the name of the network that {@code layers} describe
 * @param layers description of each layer; empty: the zoo's network
 * @param weights a checkpoint, or the output folder of a run, to start from
 */
public record ModelConfiguration(
    String name, List<Map<String, @Nullable Object>> layers, Optional<String> weights) {

  private static final String CUSTOM = "custom";

  public ModelConfiguration {
    layers = List.copyOf(layers);
  }

  static ModelConfiguration read(Section section) {
    List<Map<String, @Nullable Object>> layers =
        section.maps("layers", "list of layers, instead of a name of the zoo");
    String name =
        layers.isEmpty()
            ? section.value("name", new Kind.Word(Zoo.names()), "none")
            : section.value("name", new Kind.Text("any name"), CUSTOM);
    if (layers.isEmpty() && !section.has("name")) {
      section.problem(
          "name",
          "Missing key: %s (required, or model.layers; allowed: %s)"
              .formatted(section.path("name"), String.join(", ", Zoo.names())));
    }
    return new ModelConfiguration(
        name,
        layers,
        section.optional("weights", new Kind.Text("checkpoint, or output folder of a run")));
  }

  /**
   * The network for the given data.
   *
   * @throws IllegalArgumentException naming the layers, when shapes do not fit
   */
  public Network network(DataConfiguration data) {
    return layers.isEmpty()
        ? Zoo.network(name, data.shape(), data.outputs())
        : NetworkDescription.read(name, data.shape(), layers);
  }
}
