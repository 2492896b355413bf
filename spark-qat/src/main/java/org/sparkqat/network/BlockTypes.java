package org.sparkqat.network;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The words by which rules select blocks: the types of layers, and what is special among them. */
public final class BlockTypes {

  private static final String DEPTHWISE = "depthwise-convolution";

  private BlockTypes() {}

  /** All types; {@code input} is the network's input. */
  public static List<String> all() {
    return Stream.concat(
            Stream.of(Network.INPUT, DEPTHWISE), LayerType.ALL.stream().map(LayerType::name))
        .toList();
  }

  /**
   * The types of a block: that of the layer which gives it its name; a convolution of as many
   * groups as it reads channels, more than one, is a depthwise convolution too.
   */
  public static Set<String> of(Block block) {
    Set<String> types = new LinkedHashSet<>();
    Layer layer = block.anchor().layer();
    LayerType.ALL.stream()
        .filter(type -> type.describes(layer))
        .forEach(type -> types.add(type.name()));
    if (layer instanceof Layer.Convolution convolution
        && convolution.groups() > 1
        && convolution.groups() == block.inputShape().channels()) {
      types.add(DEPTHWISE);
    }
    return types;
  }
}
