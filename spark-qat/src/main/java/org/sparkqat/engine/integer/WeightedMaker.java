package org.sparkqat.engine.integer;

import java.util.function.Function;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.integer.LinearStep;
import org.sparkqat.integer.Requantizer;
import org.sparkqat.integer.Sliding;
import org.sparkqat.integer.Step;
import org.sparkqat.network.Block;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Affine;

/** Makes the integer step of a convolution or a fully connected layer. */
final class WeightedMaker {

  private final Block block;
  private final Affine src;
  private final FoldedWeights folded;
  private final boolean hasKernels;

  WeightedMaker(IntegerCompiler.Numbers numbers, Block block, Affine src) {
    QuantizedGraph graph = numbers.graph();
    this.block = block;
    this.src = src;
    this.folded =
        FoldedWeights.served(
            block,
            graph,
            Arithmetic.QUANTIZED,
            numbers.parameters(),
            numbers.statistics(),
            numbers.ranges());
    this.hasKernels =
        graph.weights().get(block.index()).orElseThrow().fitsKernels()
            && graph.pointOf(block.inputs().get(0)).quantizer().fitsKernels();
  }

  Step step(Sliding window, int groups, Function<WeightedChannel, Requantizer> requantizer) {
    int[] weights = weights();
    float[] units = folded.units(src.scale());
    int[] biasCodes = folded.biasCodes(src.scale());
    Requantizer[] channels = new Requantizer[units.length];
    for (int o = 0; o < channels.length; o++) {
      requireSum(block, "sums of products of codes", largest(weights, o, biasCodes[o]));
      channels[o] =
          requantizer.apply(
              new WeightedChannel(
                  src.scale(),
                  folded.scales()[o],
                  units[o],
                  folded.biases()[o],
                  biasCodes[o],
                  hasKernels));
    }
    return new LinearStep(window, groups, weights, channels);
  }

  private int[] weights() {
    float[] values = folded.values();
    int[] codes = new int[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (int) values[i];
    }
    return codes;
  }

  /** The largest magnitude that the accumulator of a channel can have on its way. */
  private long largest(int[] weights, int o, int biasCode) {
    int perOutput = weights.length / block.outputShape().channels();
    long most = Math.max(-src.lowest(), src.highest());
    long sum = Math.abs((long) biasCode);
    for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
      sum += Math.abs((long) weights[i]) * most;
    }
    return sum;
  }

  static int requireSum(Block block, String what, long largest) {
    if (largest > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid layer '%s' for integer-only arithmetic: its %s can reach %d (allowed: 2^31 - 1; use fewer bits)"
              .formatted(block.name(), what, largest));
    }
    return (int) largest;
  }
}
