package org.sparkqat.network;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;

/**
 * First values of a network's parameters and statistics.
 *
 * <p>Weights whose output reaches a rectifier (ReLU, ReLU6, hard-swish, SiLU) before the next
 * weights or another activation function are drawn from the normal distribution with variance
 * {@code 2 / fanIn} (He et al. 2015, arXiv 1502.01852); all others uniformly from {@code [-a, a]}
 * with {@code a = sqrt(6 / (fanIn + fanOut))} (Glorot and Bengio 2010). For weights {@code [O, C /
 * groups, KH, KW]} the fans are {@code fanIn = C / groups * KH * KW} and {@code fanOut = O / groups
 * * KH * KW}. Biases and beta are 0, gamma is 1.
 *
 * <p>A value depends on the seed, the parameter's name and the index in it alone, so that a layer
 * starts the same whatever stands beside it.
 */
public final class Initialization {

  private static final long FNV_OFFSET = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private Initialization() {}

  /** Parameters in the order of {@link Network#parameters()}. */
  public static float[] parameters(Network network, long seed) {
    ParameterLayout layout = network.parameters();
    float[] values = new float[layout.size()];
    for (Parameter parameter : layout.parameters()) {
      if (parameter.kind() == Parameter.Kind.BATCH_NORM_SCALE) {
        Arrays.fill(values, parameter.offset(), parameter.end(), 1f);
      }
    }
    BlockGraph graph = BlockGraph.of(network);
    for (Block block : graph.blocks()) {
      if (block.isWeighted()) {
        Parameter weights = layout.parameter(block.name() + ".weight");
        distribution(graph, block, weights, seed).fill(weights, values);
      }
    }
    return values;
  }

  /** Running means 0 and variances 1, in the order of {@link Network#statistics()}. */
  public static float[] statistics(Network network) {
    ParameterLayout layout = network.statistics();
    float[] values = new float[layout.size()];
    for (Parameter parameter : layout.parameters()) {
      if (parameter.kind() == Parameter.Kind.RUNNING_VARIANCE) {
        Arrays.fill(values, parameter.offset(), parameter.end(), 1f);
      }
    }
    return values;
  }

  private static Distribution distribution(
      BlockGraph graph, Block block, Parameter weights, long seed) {
    double fanIn = (double) weights.size() / weights.shape().dim(0);
    if (isRectified(graph, block)) {
      return normal(seed, Math.sqrt(2 / fanIn));
    }
    double fanOut = (double) weights.size() / block.inputShape().channels();
    return uniform(seed, Math.sqrt(6 / (fanIn + fanOut)));
  }

  /** True when a rectifier follows the block before any other weighted block does. */
  private static boolean isRectified(BlockGraph graph, Block block) {
    if (block.activation() != Activation.NONE) {
      return true;
    }
    return graph.readers(block.index()).stream()
        .filter(reader -> !reader.isWeighted())
        .anyMatch(
            reader ->
                reader.anchor().layer() instanceof ActivationFunction function
                    ? function.rectifies()
                    : isRectified(graph, reader));
  }

  private static Distribution normal(long seed, double deviation) {
    return (name, index) ->
        (float) (deviation * CounterRandom.gaussian(seed, Purpose.INITIALIZATION, name, index, 0));
  }

  private static Distribution uniform(long seed, double limit) {
    return (name, index) ->
        (float)
            (limit
                * (2.0 * CounterRandom.uniform(seed, Purpose.INITIALIZATION, name, index, 0) - 1));
  }

  /** FNV-1a of the name: 64 bits, so that no two parameters of a network share their numbers. */
  private static long hash(String name) {
    long hash = FNV_OFFSET;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
    }
    return hash;
  }

  /** The value at an index of a named parameter. */
  @FunctionalInterface
  private interface Distribution {

    float value(long name, int index);

    default void fill(Parameter parameter, float[] values) {
      long name = hash(parameter.name());
      for (int i = 0; i < parameter.size(); i++) {
        values[parameter.offset() + i] = value(name, i);
      }
    }
  }
}
