package org.sparkqat.engine.integer;

import java.util.Arrays;
import org.sparkqat.integer.IntegerProgram;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;

/**
 * A trained, quantized network in integers: an input quantizer, a program that has no floating
 * point, an output dequantizer. Used by one thread at a time.
 */
public final class IntegerModel {

  private final IntegerProgram program;
  private final QuantizedGraph graph;
  private final float[] offset;
  private final float[] factor;
  private final Affine input;
  private final float outputScale;
  private final boolean endsInReals;

  private IntegerModel(
      IntegerProgram program,
      QuantizedGraph graph,
      InputNormalization normalization,
      Ranges ranges) {
    this.program = program;
    this.graph = graph;
    this.offset = normalization.offset();
    this.factor = normalization.factor();
    QuantizationPoint at = graph.input().orElseThrow();
    this.input = at.quantizer().affine(ranges.range(at.firstSlot()));
    int last = graph.graph().output().index();
    this.endsInReals = graph.staysReal(last);
    this.outputScale = endsInReals ? 1f : input.scale();
  }

  /**
   * Compiles a network with running statistics.
   *
   * @throws IllegalArgumentException when the network has an {@link
   *     QuantizedGraph#obstacleToIntegers}, or sums that may exceed 32 bits
   */
  public static IntegerModel compile(
      QuantizedGraph graph,
      InputNormalization normalization,
      float[] parameters,
      float[] statistics,
      Ranges ranges,
      Rounding rounding) {
    IntegerCompiler.Numbers numbers =
        new IntegerCompiler.Numbers(graph, parameters, statistics, ranges);
    IntegerProgram program = new IntegerCompiler(numbers, rounding).compile();
    return new IntegerModel(program, graph, normalization, ranges);
  }

  /** The part without floating point. */
  public IntegerProgram program() {
    return program;
  }

  /**
   * Computes examples, one after the other.
   *
   * @param raw input before normalization, {@code [N, C, H, W]}
   * @param outputs receives the network's outputs, {@code [N, K]}; NaN for an example that has one
   */
  public void infer(float[] raw, float[] outputs) {
    int size = graph.graph().network().inputShape().size();
    int width = graph.graph().output().outputShape().size();
    for (int n = 0; n * width < outputs.length; n++) {
      boolean isNumber = quantize(raw, n * size);
      program.run();
      if (isNumber) {
        dequantize(outputs, n * width);
      } else {
        Arrays.fill(outputs, n * width, (n + 1) * width, Float.NaN);
      }
    }
  }

  /** False when there is a NaN. */
  private boolean quantize(float[] raw, int from) {
    int[] codes = program.values(BlockGraph.INPUT);
    int spatial = graph.graph().network().inputShape().spatial();
    boolean isNumber = true;
    for (int i = 0; i < codes.length; i++) {
      int channel = i / spatial;
      float real = (raw[from + i] - offset[channel]) * factor[channel];
      isNumber &= !Float.isNaN(real);
      codes[i] = (int) input.centered(real);
    }
    return isNumber;
  }

  private void dequantize(float[] outputs, int from) {
    int[] values = program.values(graph.graph().output().index());
    for (int i = 0; i < values.length; i++) {
      outputs[from + i] = endsInReals ? Float.intBitsToFloat(values[i]) : outputScale * values[i];
    }
  }
}
