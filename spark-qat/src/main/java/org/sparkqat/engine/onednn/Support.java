package org.sparkqat.engine.onednn;

import java.util.Optional;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;

/** Which networks run in native memory, and which of their blocks multiply integers. */
final class Support {

  private Support() {}

  /**
   * Why a network cannot run in native memory; empty: it can.
   *
   * <p>Where ranges are observed, activations need one; where the plan quantizes, the output must
   * be no codes, and the processor must have vectors of 512 bits.
   */
  static Optional<String> obstacle(QuantizedGraph graph, PlanSettings settings) {
    Optional<String> layer =
        graph.graph().blocks().stream()
            .filter(block -> !isNative(block))
            .findFirst()
            .map(block -> "oneDNN computes layer '" + block.name() + "' wrongly");
    if (layer.isPresent() || settings.arithmetic() == Arithmetic.FLOAT) {
      return layer;
    }
    if (!hasSingleRanges(graph)) {
      return Optional.of("activations are quantized per channel");
    }
    if (settings.arithmetic() != Arithmetic.QUANTIZED) {
      return Optional.empty();
    }
    return graph.integerTrue().isPresent()
        ? Optional.of("integer-true arithmetic is in Java")
        : obstacleToCodes(graph);
  }

  private static Optional<String> obstacleToCodes(QuantizedGraph graph) {
    if (!InstructionSet.compares()) {
      return Optional.of("oneDNN masks gradients wrongly with " + InstructionSet.effective());
    }
    return graph.staysReal(graph.graph().output().index())
        ? Optional.empty()
        : Optional.of("the network's output are codes of its input");
  }

  /** Why not all layers with weights multiply 8-bit integers; empty: they do. */
  static Optional<String> obstacleToIntegers(QuantizedGraph graph) {
    return graph.graph().blocks().stream()
        .flatMap(
            block ->
                obstacleToIntegers(graph, block)
                    .map(why -> "layer '%s': %s".formatted(block.name(), why))
                    .stream())
        .findFirst();
  }

  /** Why a block with weights does not multiply 8-bit integers; empty: it does, or has none. */
  static Optional<String> obstacleToIntegers(QuantizedGraph graph, Block block) {
    if (!block.isWeighted()) {
      return Optional.empty();
    }
    Optional<String> island = island(graph, block);
    if (island.isPresent()) {
      return island;
    }
    Optional<String> wide = wide(graph, block);
    if (wide.isPresent()) {
      return wide;
    }
    if (!InstructionSet.hasIntegerDotProduct()) {
      return Optional.of(InstructionSet.effective() + " has no 8-bit products with 32-bit sums");
    }
    return readsSingleChannels(graph, block)
        ? Optional.of("oneDNN's 8-bit convolutions of one channel a group are wrong")
        : Optional.empty();
  }

  /** What of a weighted block is real, so that it has no codes to multiply. */
  static Optional<String> island(QuantizedGraph graph, Block block) {
    if (graph.weights().get(block.index()).isEmpty()) {
      return Optional.of("its weights stay float");
    }
    return graph.staysReal(block.inputs().get(0))
        ? Optional.of("its input stays float")
        : Optional.empty();
  }

  private static boolean isNative(Block block) {
    Layer layer = block.anchor().layer();
    if (layer instanceof Layer.Convolution convolution) {
      return !readsBeyond(block, convolution) && !isMostlyPadding(block, convolution);
    }
    return true;
  }

  /**
   * oneDNN 3.11's direct convolution of one channel, channels last, reads beyond its input where a
   * horizontal stride leads to a single column (seen in 14 of 3,000 random networks, never
   * elsewhere).
   */
  private static boolean readsBeyond(Block block, Layer.Convolution convolution) {
    return block.inputShape().channels() == 1
        && convolution.window().strideWidth() > 1
        && block.outputShape().dim(2) == 1;
  }

  /** The gradient of a kernel far larger than its image differs too, such as 13x13 on 1x1. */
  private static boolean isMostlyPadding(Block block, Layer.Convolution convolution) {
    return convolution.window().paddingHeight() > block.inputShape().dim(1)
        || convolution.window().paddingWidth() > block.inputShape().dim(2);
  }

  /**
   * oneDNN 3.11's 8-bit convolutions are wrong for some of those that read one channel a group,
   * unless they are depthwise: 13 of 1,886 random networks, all with such a layer, which had
   * several groups, signed codes or a stride.
   */
  private static boolean readsSingleChannels(QuantizedGraph graph, Block block) {
    if (!(block.anchor().layer() instanceof Layer.Convolution convolution)) {
      return false;
    }
    int groups = convolution.groups();
    boolean single = groups == block.inputShape().channels();
    boolean depthwise = single && groups > 1 && groups == convolution.outputs();
    boolean signed =
        graph.pointOf(block.inputs().get(0)).quantizer().symmetry() == Symmetry.SYMMETRIC;
    boolean strides =
        convolution.window().strideHeight() > 1 || convolution.window().strideWidth() > 1;
    return single && !depthwise && (groups > 1 || signed || strides);
  }

  private static boolean hasSingleRanges(QuantizedGraph graph) {
    return graph.points().stream()
        .allMatch(point -> point.quantizer().granularity() == Granularity.PER_TENSOR);
  }

  /** Which codes 8-bit products do not take. */
  private static Optional<String> wide(QuantizedGraph graph, Block block) {
    WeightQuantizer weights = graph.weights().get(block.index()).orElseThrow();
    ActivationQuantizer input = graph.pointOf(block.inputs().get(0)).quantizer();
    if (weights.granularity() == Granularity.PER_GROUP) {
      return Optional.of("its weights have a scale per group");
    }
    if (!weights.fitsKernels()) {
      return Optional.of("its weights have %d bits".formatted(weights.bits()));
    }
    if (input.range().isDynamic()) {
      return Optional.of("the range of its input is dynamic");
    }
    if (!input.fitsKernels()) {
      return Optional.of("its input has %d bits".formatted(input.bits()));
    }
    if (!Quantizer.fitsBytes(input)) {
      return Optional.of("the codes of its input are signed and asymmetric");
    }
    return weights.symmetry() == Symmetry.ASYMMETRIC && weights.bits() == Byte.SIZE
        ? Optional.of("asymmetric weights of 8 bits have 9 less their zero points")
        : Optional.empty();
  }
}
