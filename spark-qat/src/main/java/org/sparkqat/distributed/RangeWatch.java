package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.network.Block;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/**
 * Finds ranges of activations and weights that have no width any more, or are 1024 times as wide as
 * when they were first seen in the stage; tells once of each layer of a stage. Training goes on:
 * the bound is that of learned ranges, and a jump of ten bits is none that a moving average makes
 * with data of one kind.
 */
final class RangeWatch {

  /** How many times its first magnitude a range may have. */
  static final double FARTHEST = 1024;

  /** Magnitudes of the ranges of each tensor of a stage when they were first seen. */
  private final Map<String, double[]> first = new HashMap<>();

  private final Set<String> told = new HashSet<>();

  /** What is to be said of the activations' ranges that the step at a position leaves. */
  List<String> activations(Position at, QuantizedGraph graph, Ranges ranges) {
    List<String> messages = new ArrayList<>();
    for (QuantizationPoint point : graph.points()) {
      double[] magnitudes = new double[point.slots()];
      for (int i = 0; i < magnitudes.length; i++) {
        magnitudes[i] = magnitude(point, ranges.range(point.firstSlot() + i));
      }
      look(at, "activations", point.name(), magnitudes, messages);
    }
    return messages;
  }

  /** NaN where there is no range yet, 0 where it has collapsed. */
  private static double magnitude(QuantizationPoint point, Range range) {
    if (range.isEmpty()) {
      return Double.NaN;
    }
    return point.quantizer().format().collapses(range) ? 0 : magnitude(range);
  }

  /**
   * The same of the weights' ranges, batch normalization folded in.
   *
   * @param last position of the step that has left the state
   */
  List<String> weights(Position last, QuantizedGraph graph, TrainingState state) {
    List<String> messages = new ArrayList<>();
    for (Block block : graph.graph().blocks()) {
      if (graph.weights().get(block.index()).isPresent()) {
        FoldedWeights weights =
            FoldedWeights.served(
                block,
                graph,
                Arithmetic.QUANTIZED,
                state.parameters(),
                state.statistics(),
                state.ranges());
        look(last, "weights", block.name(), magnitudes(weights, state.parameters()), messages);
      }
    }
    return messages;
  }

  private static double[] magnitudes(FoldedWeights weights, float[] parameters) {
    double[] magnitudes = new double[weights.weight().shape().dim(0)];
    int perOutput = weights.weight().size() / magnitudes.length;
    for (int o = 0; o < magnitudes.length; o++) {
      int from = weights.weight().offset() + o * perOutput;
      Range range = Range.of(parameters, from, from + perOutput);
      double folded = magnitude(range) * Math.abs((double) weights.factor(o));
      magnitudes[o] = folded < Float.MIN_NORMAL ? 0 : folded;
    }
    return magnitudes;
  }

  private static double magnitude(Range range) {
    return Math.max(Math.abs((double) range.min()), Math.abs((double) range.max()));
  }

  private void look(
      Position at, String of, String layer, double[] magnitudes, List<String> messages) {
    String tensor = at.stage() + " " + of + " " + layer;
    long collapsed = Arrays.stream(magnitudes).filter(magnitude -> magnitude == 0).count();
    if (collapsed > 0 && told.add(tensor + " collapses")) {
      messages.add(collapse(which(collapsed, magnitudes.length, of, layer), of, at.step()));
    }
    // A range that is being calibrated has no first width yet.
    if (at.phase() != Phase.QAT) {
      return;
    }
    double[] known = first.computeIfAbsent(tensor, key -> magnitudes.clone());
    long exploded = 0;
    double most = 0;
    for (int i = 0; i < magnitudes.length; i++) {
      double times = magnitudes[i] / known[i];
      exploded += known[i] > 0 && times > FARTHEST ? 1 : 0;
      most = known[i] > 0 ? Math.max(most, times) : most;
      known[i] = known[i] > 0 ? known[i] : magnitudes[i];
    }
    if (exploded > 0 && told.add(tensor + " explodes")) {
      messages.add(explosion(which(exploded, magnitudes.length, of, layer), most, at.step()));
    }
  }

  private static String which(long channels, int all, String of, String layer) {
    String some = all == 1 ? "" : "%d of %d channels of ".formatted(channels, all);
    return "Range of %sthe %s of layer '%s'".formatted(some, of, layer);
  }

  private static String collapse(String range, String of, long step) {
    return "%s collapses at step %d: all of its %s are 0 (its scale is 1 until they are not; if the loss no longer falls, lower the learning rate)"
        .formatted(range, step, of.equals("weights") ? of : "values");
  }

  private static String explosion(String range, double times, long step) {
    return "%s explodes at step %d: it is %.0f times as wide as it was at first in this stage (training goes on with codes as coarse; lower the learning rate or clip gradients, or let a gate roll back)"
        .formatted(range, step, times);
  }
}
