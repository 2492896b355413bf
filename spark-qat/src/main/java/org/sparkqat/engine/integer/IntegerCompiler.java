package org.sparkqat.engine.integer;

import java.util.ArrayList;
import java.util.List;
import org.sparkqat.integer.IntegerProgram;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;

/** Turns a quantized network and its numbers into an integer program. */
final class IntegerCompiler {

  private final Numbers numbers;
  private final Rounding rounding;

  IntegerCompiler(Numbers numbers, Rounding rounding) {
    this.numbers = numbers;
    this.rounding = rounding;
  }

  /** All that a network computes with. */
  record Numbers(QuantizedGraph graph, float[] parameters, float[] statistics, Ranges ranges) {}

  /**
   * Why a network has no integer-only form is in the exception's message.
   *
   * @throws IllegalArgumentException when it has none
   */
  IntegerProgram compile() {
    numbers.graph().requireIntegers();
    Forms forms = Forms.of(rounding);
    BlockGraph graph = numbers.graph().graph();
    List<IntegerProgram.Placed> placed = new ArrayList<>();
    for (Block block : graph.blocks()) {
      StepMaker maker = new StepMaker(numbers, forms, block);
      placed.add(
          new IntegerProgram.Placed(
              block.anchor().layer().accept(maker), inputs(block), block.outputShape().size()));
    }
    return new IntegerProgram(graph.network().inputShape().size(), placed);
  }

  /** The later of two terms comes first. */
  private static List<Integer> inputs(Block block) {
    List<Integer> inputs = block.inputs();
    return block.anchor().layer() instanceof Layer.Add && inputs.get(0) < inputs.get(1)
        ? List.of(inputs.get(1), inputs.get(0))
        : inputs;
  }
}
