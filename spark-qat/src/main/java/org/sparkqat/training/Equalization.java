package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.network.Activation;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Requantize;

/**
 * Cross-layer equalization (Nagel et al. 2019, arXiv 1906.04721): of two weighted layers with only
 * a rectifier, pooling or flattening between them, channel c of the first is divided by {@code s_c
 * = sqrt(r1_c / r2_c)} and what the second multiplies it by is multiplied by s_c, where r1 and r2
 * are the largest magnitudes of the weights on either side, batch normalization folded in. The
 * network computes the same in float, and its channels share a scale better.
 *
 * <p>A pair with {@code relu6} or another function between its layers is left as it is: they do not
 * pass a positive factor through.
 */
public final class Equalization {

  /** Sweeps over all pairs, at most; one pair moves the ranges of the next. */
  private static final int SWEEPS = 40;

  /** A sweep that moves no factor by more than this is the last. */
  private static final double AT_REST = 1e-3;

  private final List<Pair> pairs;

  private record Pair(WeightedChannels first, WeightedChannels second) {}

  /** The pairs of a network. */
  public Equalization(BlockGraph graph) {
    this.pairs = new ArrayList<>();
    for (Block block : graph.blocks()) {
      if (block.isWeighted()) {
        reader(graph, block)
            .ifPresent(
                second ->
                    pairs.add(
                        new Pair(
                            new WeightedChannels(graph.network(), block),
                            new WeightedChannels(graph.network(), second))));
      }
    }
  }

  /** Names of the layers that are equalized with a layer after them. */
  public List<String> layers() {
    return pairs.stream().map(pair -> pair.first().name()).toList();
  }

  /** The weighted block that alone reads what a block puts out, where a factor passes through. */
  private static Optional<Block> reader(BlockGraph graph, Block block) {
    Block at = block;
    while (passesFactors(at)) {
      List<Block> readers = graph.readers(at.index());
      if (readers.size() != 1 || readers.get(0).inputs().size() != 1) {
        return Optional.empty();
      }
      at = readers.get(0);
      if (at.isWeighted()) {
        return Optional.of(at);
      }
      if (!isLinear(at.anchor().layer())) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean passesFactors(Block block) {
    return block.activation() == Activation.NONE || block.activation() == Activation.RELU;
  }

  private static boolean isLinear(Layer layer) {
    return layer.passesCodes()
        || layer instanceof Layer.Relu
        || layer instanceof Requantize
        || layer instanceof Layer.AveragePool
        || layer instanceof Layer.GlobalAveragePool;
  }

  /** Equalized parameters; the statistics of batch normalization stay as they are. */
  public float[] equalized(float[] parameters, float[] statistics) {
    float[] equalized = parameters.clone();
    double moved = Double.POSITIVE_INFINITY;
    for (int sweep = 0; sweep < SWEEPS && moved > AT_REST; sweep++) {
      moved = 0;
      for (Pair pair : pairs) {
        moved = Math.max(moved, equalize(pair, equalized, statistics));
      }
    }
    return equalized;
  }

  /** Returns how far the farthest factor was from 1. */
  private static double equalize(Pair pair, float[] parameters, float[] statistics) {
    float[] outgoing = pair.first().outputMagnitudes(parameters, statistics);
    float[] incoming = pair.second().inputMagnitudes(outgoing.length, parameters, statistics);
    float[] factors = new float[outgoing.length];
    double moved = 0;
    for (int c = 0; c < factors.length; c++) {
      double factor = Math.sqrt((double) outgoing[c] / incoming[c]);
      factors[c] = factor > 0 && Double.isFinite(factor) ? (float) factor : 1f;
      moved = Math.max(moved, Math.abs(factors[c] - 1));
    }
    pair.first().divideOutputs(factors, parameters);
    pair.second().multiplyInputs(factors, parameters);
    return moved;
  }
}
