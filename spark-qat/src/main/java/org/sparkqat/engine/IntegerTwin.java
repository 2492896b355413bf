package org.sparkqat.engine;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.integer.IntegerProgram;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;

/**
 * Integer-true arithmetic: replaces what a block has put out by what the interpreter computes from
 * the same codes. Ranges and the straight-through mask are still those of the real values.
 */
final class IntegerTwin {

  private final QuantizedGraph graph;
  private final InputNormalization normalization;
  private final Rounding rounding;
  private final int batch;
  private final Activations input;
  private final List<Operation> operations;
  private @Nullable IntegerProgram program;

  private IntegerTwin(
      QuantizedGraph graph,
      InputNormalization normalization,
      Rounding rounding,
      int batch,
      Activations input,
      List<Operation> operations) {
    this.graph = graph;
    this.normalization = normalization;
    this.rounding = rounding;
    this.batch = batch;
    this.input = input;
    this.operations = operations;
  }

  /** Empty where the network is not to be integer-true, or not yet. */
  static Optional<IntegerTwin> of(
      QuantizedGraph graph,
      InputNormalization normalization,
      PlanSettings settings,
      Activations input,
      List<Operation> operations) {
    boolean isWhole =
        settings.arithmetic().quantizes() && settings.normalization() == Normalization.RUNNING;
    return graph
        .integerTrue()
        .filter(rounding -> isWhole)
        .map(
            rounding ->
                new IntegerTwin(
                    graph, normalization, rounding, settings.microBatch(), input, operations));
  }

  /** As {@link Operation#load}. */
  void load(float[] parameters, float[] statistics, Ranges ranges) {
    program =
        IntegerModel.compile(graph, normalization, parameters, statistics, ranges, rounding)
            .program();
  }

  /** Corrects the output of a block, if it read codes; dropout while training makes none. */
  void correct(int index) {
    Block block = graph.graph().blocks().get(index);
    boolean readsCodes = block.inputs().stream().allMatch(source -> activations(source).isCodes);
    if (readsCodes && !block.passesCodes() && program != null) {
      Activations dst = activations(index);
      for (int n = 0; n < batch; n++) {
        correct(program, block, dst, n);
      }
    }
  }

  private void correct(IntegerProgram by, Block block, Activations dst, int example) {
    for (int source : block.inputs()) {
      int[] codes = by.values(source);
      float[] data = activations(source).data;
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (int) data[example * codes.length + i];
      }
    }
    by.runBlock(block.index());
    int[] values = by.values(block.index());
    int from = example * values.length;
    for (int i = 0; i < values.length; i++) {
      float value = dst.isCodes ? values[i] : Float.intBitsToFloat(values[i]);
      // A NaN stays: codes have none.
      dst.data[from + i] = Float.isNaN(dst.data[from + i]) ? Float.NaN : value;
    }
  }

  private Activations activations(int index) {
    return index == BlockGraph.INPUT ? input : operations.get(index).output();
  }
}
