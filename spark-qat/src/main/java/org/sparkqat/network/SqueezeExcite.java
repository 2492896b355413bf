package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Shape;

/**
 * A block of layers that weighs the channels of an image by what all of the image holds (Hu et al.
 * 2017, arXiv 1709.01507), known by one name in a description:
 *
 * <pre>{@code
 * NAME.pool     global-average-pool  [C, H, W] to [C, 1, 1]
 * NAME.flatten  flatten              to [C]
 * NAME.fc1      fully-connected      to [max(1, C / reduction)]
 * NAME.relu     relu
 * NAME.fc2      fully-connected      to [C]
 * NAME.gate     sigmoid or hard-sigmoid
 * NAME          multiply             [C, H, W] by [C] to [C, H, W]
 * }</pre>
 *
 * @param reduction divides the channels, rounded down; at least 1, default 4
 * @param gate {@link ActivationFunction#SIGMOID} (default) or {@link
 *     ActivationFunction#HARD_SIGMOID}
 */
public record SqueezeExcite(int reduction, ActivationFunction gate) {

  /** What stands for it in a description of a network. */
  static final String TYPE = "squeeze-excite";

  static final List<String> KEYS = List.of("reduction", "gate");

  private static final List<ActivationFunction> GATES =
      List.of(ActivationFunction.SIGMOID, ActivationFunction.HARD_SIGMOID);
  private static final int DEFAULT_REDUCTION = 4;

  public SqueezeExcite {
    Layers.requirePositive("reduction", reduction);
    if (!GATES.contains(gate)) {
      throw new IllegalArgumentException(
          "Invalid gate: "
              + gate.typeName()
              + " (allowed: "
              + String.join(", ", GATES.stream().map(ActivationFunction::typeName).toList())
              + ")");
    }
  }

  static SqueezeExcite read(LayerSettings settings) {
    return new SqueezeExcite(
        settings.integer("reduction", 1, DEFAULT_REDUCTION),
        settings.choice("gate", GATES, ActivationFunction::typeName));
  }

  /**
   * Adds the layers; the last of them has the block's name.
   *
   * @param src name of the layer whose channels are weighed
   */
  public void addTo(Network.Builder network, String name, String src) {
    network.add(name + ".pool", new Layer.GlobalAveragePool(), src);
    Shape pooled = network.shapeOf(name, name + ".pool");
    int squeezed = Math.max(1, pooled.channels() / reduction);
    network
        .add(name + ".flatten", new Layer.Flatten())
        .add(name + ".fc1", new Layer.FullyConnected(squeezed, Bias.WITH))
        .add(name + ".relu", new Layer.Relu())
        .add(name + ".fc2", new Layer.FullyConnected(pooled.channels(), Bias.WITH))
        .add(name + ".gate", gate)
        .add(name, new Multiply(), src, name + ".gate");
  }
}
