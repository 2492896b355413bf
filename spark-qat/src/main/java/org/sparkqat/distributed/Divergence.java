package org.sparkqat.distributed;

import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.SoundOrder;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.WeightPoint;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.NonFinite;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;

/** Finds numbers that are not finite in what a step yields, and names where they came up. */
final class Divergence {

  private final Network network;
  private final Schedule schedule;

  Divergence(Network network, Schedule schedule) {
    this.network = network;
    this.schedule = schedule;
  }

  /** Stops at a loss or a range that is not finite. */
  void requireFinite(Position at, StepResult result) {
    QuantizedGraph graph = schedule.graph(at);
    double loss = result.loss() / result.shards();
    if (!Double.isFinite(loss)) {
      int block = result.firstNonFinite();
      if (SoundOrder.isParameter(block, network.parameters())) {
        throw TrainingDivergedException.ofParameter(
            at.step(), SoundOrder.parameter(block, network.parameters()));
      }
      boolean known = block >= 0 && block < graph.graph().blocks().size();
      throw known
          ? TrainingDivergedException.ofLoss(
              loss, at.step(), graph.graph().blocks().get(block).name())
          : TrainingDivergedException.ofLoss(loss, at.step());
    }
    for (QuantizationPoint point : graph.points()) {
      for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
        Range range = result.observed().range(slot);
        if (!range.isEmpty() && !range.isFinite()) {
          throw TrainingDivergedException.ofRange(at.step(), point.name());
        }
      }
    }
  }

  /** Stops at a gradient that is not finite. */
  void requireFinite(Position at, ClipReport clip, float[] gradient) {
    if (!Double.isFinite(clip.norm())) {
      throw TrainingDivergedException.ofGradient(
          at.step(),
          NonFinite.first(gradient, network.parameters()).map(Parameter::name).orElse("?"));
    }
  }

  /**
   * The same where workers hold the gradient.
   *
   * @param firstNonFinite position of its first element that is not finite
   */
  void requireFinite(Position at, ClipReport clip, int firstNonFinite) {
    if (!Double.isFinite(clip.norm())) {
      throw TrainingDivergedException.ofGradient(at.step(), nameAt(firstNonFinite));
    }
  }

  /**
   * Stops at statistics and ranges that no step can be computed with; the parameters may be away.
   */
  void requireFinite(Position at, float[] statistics, Ranges ranges) {
    NonFinite.first(statistics, network.statistics())
        .ifPresent(
            parameter -> {
              throw TrainingDivergedException.ofStatistics(at.step(), parameter.name());
            });
    if (at.phase() == Phase.FLOAT) {
      return;
    }
    QuantizedGraph graph = schedule.graph(at);
    for (QuantizationPoint point : graph.points()) {
      requireScales(
          at, point.name(), point.quantizer().format(), ranges, point.firstSlot(), point.slots());
    }
    for (WeightPoint point : graph.weightPoints()) {
      requireScales(
          at, point.name(), point.quantizer().format(), ranges, point.firstSlot(), point.slots());
    }
  }

  private static void requireScales(
      Position at, String layer, CodeFormat format, Ranges ranges, int first, int count) {
    for (int slot = first; slot < first + count; slot++) {
      if (!format.takes(ranges.range(slot))) {
        throw TrainingDivergedException.ofScale(at.step(), layer);
      }
    }
  }

  /**
   * Stops at parameters that cannot be evaluated or written down, or have no codes.
   *
   * @param last the step that has left them
   */
  void requireSound(Position last, TrainingState state) {
    NonFinite.first(state.parameters(), network.parameters())
        .ifPresent(
            parameter -> {
              throw TrainingDivergedException.ofParameter(last.step(), parameter.name());
            });
    if (last.phase() == Phase.FLOAT) {
      return;
    }
    QuantizedGraph graph = schedule.graph(last);
    for (Block block : graph.graph().blocks()) {
      if (graph.weights().get(block.index()).isPresent()) {
        FoldedWeights.served(
            block,
            graph,
            Arithmetic.QUANTIZED,
            state.parameters(),
            state.statistics(),
            state.ranges());
      }
    }
  }

  /** What stops training when numbers have no scale. */
  static TrainingDivergedException of(Position at, NotFiniteException reason) {
    return reason
        .parameter()
        .map(parameter -> TrainingDivergedException.ofParameter(at.step(), parameter))
        .orElseGet(
            () -> TrainingDivergedException.of(at.step(), String.valueOf(reason.getMessage())));
  }

  private String nameAt(int position) {
    return network.parameters().parameters().stream()
        .filter(p -> position >= p.offset() && position < p.end())
        .map(Parameter::name)
        .findFirst()
        .orElse("?");
  }
}
