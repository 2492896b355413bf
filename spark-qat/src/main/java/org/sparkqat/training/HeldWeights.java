package org.sparkqat.training;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.sparkqat.network.QuantizedGraph;

/** The weights that are moved onto their codes and held there while the others train. */
public final class HeldWeights {

  /** 1 for a weight that is held, 0 for others. */
  public static final String HELD = "held";

  private HeldWeights() {}

  /** The state at the first step of a stage, with the weights held that its share asks for. */
  public static TrainingState atBeginning(
      TrainingState state, QuantizedGraph graph, QuantizedShare share) {
    if (!(share instanceof QuantizedShare.Largest largest)) {
      return state.memory(state.memory().without(HELD));
    }
    float[] parameters = state.parameters().clone();
    float[] held =
        state.memory().of(HELD).map(float[]::clone).orElseGet(() -> new float[parameters.length]);
    new QuantizedWeights(graph)
        .load(state.parameters(), state.statistics(), state.ranges())
        .forEach(block -> hold(block, largest.share(), parameters, held));
    return state.parameters(parameters).memory(state.memory().with(HELD, held));
  }

  private static void hold(
      QuantizedWeights.Coded block, double share, float[] parameters, float[] held) {
    int perOutput = block.perOutput();
    int count = (int) Math.ceil(share * perOutput);
    for (int from = 0; from < block.codes().length; from += perOutput) {
      int first = from;
      // Those held already come first; the order of equal ones is that of their places.
      IntStream.range(from, from + perOutput)
          .boxed()
          .sorted(
              Comparator.<Integer>comparingDouble(i -> -held[block.offset() + i])
                  .thenComparingDouble(i -> -Math.abs(parameters[block.offset() + i])))
          .limit(count)
          .filter(i -> held[block.offset() + i] == 0)
          .forEach(
              i -> {
                parameters[block.offset() + i] = block.value(i);
                held[block.offset() + i] = 1;
              });
      bound(parameters, held, block.offset() + first, block.offset() + first + perOutput);
    }
  }

  /** Weights of a channel that are free stay within the largest magnitude of those held. */
  private static void bound(float[] parameters, float[] held, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      largest = held[i] > 0 ? Math.max(largest, Math.abs(parameters[i])) : largest;
    }
    for (int i = from; i < to; i++) {
      if (held[i] == 0 && largest > 0) {
        parameters[i] = Math.max(-largest, Math.min(largest, parameters[i]));
      }
    }
  }

  /** Stops the gradients of held weights. */
  public static void stop(float[] gradient, StageMemory memory) {
    memory
        .of(HELD)
        .ifPresent(
            held -> {
              for (int i = 0; i < gradient.length; i++) {
                gradient[i] = held[i] > 0 ? 0f : gradient[i];
              }
            });
  }

  /** Puts back what a step has moved, and bounds the weights that are free. */
  public static void restore(
      float[] parameters, float[] before, StageMemory memory, QuantizedGraph graph) {
    memory
        .of(HELD)
        .ifPresent(
            held -> {
              for (int i = 0; i < parameters.length; i++) {
                parameters[i] = held[i] > 0 ? before[i] : parameters[i];
              }
              graph.graph().blocks().stream()
                  .filter(block -> graph.weights().get(block.index()).isPresent())
                  .forEach(block -> bound(parameters, held, block.name(), graph));
            });
  }

  private static void bound(float[] parameters, float[] held, String block, QuantizedGraph graph) {
    var weight = graph.graph().network().parameters().parameter(block + ".weight");
    int perOutput = weight.shape().spatial();
    for (int from = weight.offset(); from < weight.end(); from += perOutput) {
      bound(parameters, held, from, from + perOutput);
    }
  }

  /** The share of the weights that are held among those that can be. */
  public static double share(float[] held, QuantizedGraph graph) {
    long count = 0;
    for (float each : held) {
      count += each > 0 ? 1 : 0;
    }
    long all =
        graph.graph().blocks().stream()
            .filter(block -> graph.weights().get(block.index()).isPresent())
            .mapToLong(
                block ->
                    graph.graph().network().parameters().parameter(block.name() + ".weight").size())
            .sum();
    return all == 0 ? 0 : (double) count / all;
  }
}
