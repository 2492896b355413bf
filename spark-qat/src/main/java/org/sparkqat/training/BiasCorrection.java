package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.Activation;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Requantize;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.ParameterLayout;

/**
 * Analytic bias correction (Nagel et al. 2019, arXiv 1906.04721): quantized weights shift the mean
 * of an output by {@code e_o = sum_c (W~ - W)[o,c] * E[x_c]}, which is taken from the layer's bias,
 * or added to the running mean of its batch normalization. {@code E[x_c]} comes without data from
 * the batch normalization before it: its output is taken for a normal variable of mean beta and
 * deviation abs(gamma), cut off by the rectifier. Layers that read anything else stay as they are.
 */
public final class BiasCorrection {

  private static final double SIX = 6;

  private final BlockGraph graph;
  private final List<Correctable> blocks = new ArrayList<>();

  private record Correctable(
      FoldedWeights weights, WeightedChannels channels, Block block, Block source) {}

  /** The layers of a network that can be corrected. */
  public BiasCorrection(QuantizedGraph quantized) {
    this.graph = quantized.graph();
    for (Block block : graph.blocks()) {
      if (quantized.weights().get(block.index()).isPresent() && isAdjustable(block)) {
        source(block)
            .ifPresent(
                source ->
                    blocks.add(
                        new Correctable(
                            new FoldedWeights(
                                block, quantized, Arithmetic.QUANTIZED, Normalization.RUNNING),
                            new WeightedChannels(graph.network(), block),
                            block,
                            source)));
      }
    }
  }

  /** Names of the layers that are corrected. */
  public List<String> layers() {
    return blocks.stream().map(each -> each.block().name()).toList();
  }

  private boolean isAdjustable(Block block) {
    return block.normalization().isPresent()
        || graph.network().parameters().contains(block.name() + ".bias");
  }

  /** The block with batch normalization whose output's mean is that of the block's input. */
  private Optional<Block> source(Block block) {
    int at = block.inputs().get(0);
    while (at != BlockGraph.INPUT && keepsMeans(graph.blocks().get(at))) {
      at = graph.blocks().get(at).inputs().get(0);
    }
    return Optional.of(at)
        .filter(index -> index != BlockGraph.INPUT)
        .map(graph.blocks()::get)
        .filter(source -> source.isWeighted() && source.normalization().isPresent());
  }

  /** Averages and mere rearrangements; the maximum of a window has another mean. */
  private static boolean keepsMeans(Block block) {
    Layer layer = block.anchor().layer();
    return block.activation() == Activation.NONE
        && (layer instanceof Layer.Flatten
            || layer instanceof Layer.Dropout
            || layer instanceof Requantize
            || layer instanceof Layer.AveragePool
            || layer instanceof Layer.GlobalAveragePool);
  }

  /** The state with corrected biases and running means. */
  public TrainingState corrected(TrainingState state) {
    float[] parameters = state.parameters().clone();
    float[] statistics = state.statistics().clone();
    for (Correctable each : blocks) {
      correct(each, parameters, statistics, state.ranges());
    }
    return state.parameters(parameters).statistics(statistics);
  }

  private void correct(Correctable each, float[] parameters, float[] statistics, Ranges ranges) {
    double[] means = means(each.source(), parameters);
    each.weights().load(parameters, statistics, ranges);
    float[] codes = each.weights().valuesInForce();
    float[] scales = each.weights().scales();
    WeightedChannels channels = each.channels();
    ParameterLayout layout = graph.network().parameters();
    for (int o = 0; o < channels.outputs(); o++) {
      double unit = (double) scales[o] / each.weights().factor(o);
      double shift = 0;
      for (int i = 0; i < channels.perOutput(); i++) {
        int at = o * channels.perOutput() + i;
        double error = codes[at] * unit - parameters[channels.weightOffset() + at];
        shift += error * means[channels.inputChannel(o, i, means.length)];
      }
      if (each.block().normalization().isPresent()) {
        String mean = each.block().normalization().get().name() + ".mean";
        statistics[graph.network().statistics().parameter(mean).offset() + o] += (float) shift;
      } else {
        String bias = each.block().name() + ".bias";
        parameters[layout.parameter(bias).offset() + o] -= (float) shift;
      }
    }
  }

  /** The mean of each output channel of a block. */
  private double[] means(Block source, float[] parameters) {
    ParameterLayout layout = graph.network().parameters();
    String normalization = source.normalization().orElseThrow().name();
    int gamma = layout.parameter(normalization + ".gamma").offset();
    int beta = layout.parameter(normalization + ".beta").offset();
    double[] means = new double[source.outputShape().channels()];
    for (int c = 0; c < means.length; c++) {
      double mean = parameters[beta + c];
      double deviation = Math.abs(parameters[gamma + c]);
      means[c] =
          switch (source.activation()) {
            case NONE -> mean;
            case RELU -> NormalMeans.above(mean, deviation, 0);
            case RELU6 ->
                NormalMeans.above(mean, deviation, 0) - NormalMeans.above(mean, deviation, SIX);
          };
    }
    return means;
  }
}
