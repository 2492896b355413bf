package org.sparkqat.analysis;

import java.util.stream.Stream;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/** What a weighted layer costs: memory and products. */
public final class LayerCost {

  private static final int NUMBER_BYTES = 4;

  private LayerCost() {}

  /** The number of a layer's weights, without bias. */
  public static long weights(Network network, Block block) {
    return weight(network, block).size();
  }

  /** Bytes of the weights at their bits, and for each output channel a bias and the scales. */
  public static long bytes(Network network, Block block, WeightQuantizer quantizer) {
    Shape weight = weight(network, block);
    long elements = weight.size();
    long outputs = block.outputShape().channels();
    long scales = scales(quantizer, weight);
    long zeroPoints = quantizer.symmetry() == Symmetry.SYMMETRIC ? 0 : scales;
    return (elements * quantizer.bits() + 7) / 8
        + NUMBER_BYTES * outputs
        + NUMBER_BYTES * scales
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

  /**
   * Multiplications for one example: each weight once for each position of the output. Times the
   * bits of weights and input they are the layer's bit operations.
   */
  public static long products(Network network, Block block) {
    return weights(network, block) * block.anchor().shape().spatial();
  }

  private static Shape weight(Network network, Block block) {
    return network.parameters().parameter(block.name() + ".weight").shape();
  }

  /** Batch normalizations that follow no weights stay as they are. */
  static long bytesOfOthers(BlockGraph graph) {
    Network network = graph.network();
    long numbers = 0;
    for (Block block : graph.blocks()) {
      if (!block.isWeighted() && block.batchNormalization().isPresent()) {
        String prefix = block.batchNormalization().get().name() + ".";
        numbers +=
            Stream.concat(
                    network.parameters().parameters().stream(),
                    network.statistics().parameters().stream())
                .filter(each -> each.name().startsWith(prefix))
                .mapToLong(each -> each.size())
                .sum();
      }
    }
    return Float.BYTES * numbers;
  }
}
