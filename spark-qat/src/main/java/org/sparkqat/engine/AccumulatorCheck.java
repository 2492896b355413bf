package org.sparkqat.engine;

import org.sparkqat.network.Block;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.tensor.Parameter;

/** No sum of products of 8-bit codes may overflow a 32-bit accumulator. */
final class AccumulatorCheck {

  private AccumulatorCheck() {}

  static void require(QuantizedGraph graph) {
    for (Block block : graph.graph().blocks()) {
      graph
          .weights()
          .get(block.index())
          .filter(by -> by.fitsKernels() && !graph.staysReal(block.inputs().get(0)))
          .ifPresent(weights -> require(graph, block, largest(weights.codes())));
    }
  }

  private static void require(QuantizedGraph graph, Block block, long weight) {
    Parameter parameter = graph.graph().network().parameters().parameter(block.name() + ".weight");
    long products = parameter.size() / block.outputShape().channels();
    ActivationQuantizer input = graph.pointOf(block.inputs().get(0)).quantizer();
    long bound = products * largest(input.codes()) * weight;
    if (input.fitsKernels() && bound > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid layer '%s': %d products of codes can reach %d (allowed: 2^31 - 1; use fewer bits)"
              .formatted(block.name(), products, bound));
    }
  }

  /** The largest magnitude of a code less its zero point. */
  private static long largest(CodeRange codes) {
    return codes.quantMin() == -codes.quantMax()
        ? codes.quantMax()
        : (long) codes.quantMax() - codes.quantMin();
  }
}
