package org.sparkqat.training;

import java.util.List;
import java.util.stream.Stream;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Loops;

/**
 * The weights of a network as its quantizers make them, on the driver, which has all weights. Used
 * by one thread at a time.
 */
final class QuantizedWeights {

  private final List<FoldedWeights> blocks;

  QuantizedWeights(QuantizedGraph graph) {
    this.blocks =
        graph.graph().blocks().stream()
            .filter(block -> graph.weights().get(block.index()).isPresent())
            .map(
                block ->
                    new FoldedWeights(block, graph, Arithmetic.QUANTIZED, Normalization.RUNNING))
            .toList();
  }

  /**
   * The weights of one block.
   *
   * @param codes less their zero points, or real numbers, {@code [outputs, perOutput]}
   * @param units of each output: what turns a code into a weight among the parameters
   * @param offset of the first weight among the parameters
   * @param areCodes false: reals
   */
  record Coded(float[] codes, float[] units, int offset, boolean areCodes) {
    int perOutput() {
      return codes.length / units.length;
    }

    /** The weight, quantized; index from the block's first one. */
    float value(int index) {
      return codes[index] * unit(index);
    }

    /** What turns the code of the weight into the weight. */
    float unit(int index) {
      return units[index / perOutput()];
    }
  }

  /** The blocks with the numbers of a state, each as it is asked for. */
  Stream<Coded> load(float[] parameters, float[] statistics, Ranges ranges) {
    Stream<FoldedWeights> all =
        parameters.length >= Loops.PIECE ? blocks.parallelStream() : blocks.stream();
    return all.map(block -> coded(block, parameters, statistics, ranges));
  }

  private static Coded coded(
      FoldedWeights block, float[] parameters, float[] statistics, Ranges ranges) {
    block.load(parameters, statistics, ranges);
    float[] units = block.scales();
    for (int o = 0; o < units.length; o++) {
      units[o] /= block.factor(o);
    }
    return new Coded(block.valuesInForce(), units, block.weight().offset(), block.areCodes());
  }
}
