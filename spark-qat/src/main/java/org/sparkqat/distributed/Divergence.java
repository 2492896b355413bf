package org.sparkqat.distributed;

import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Range;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.NonFinite;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingDivergedException;

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

  private String nameAt(int position) {
    return network.parameters().parameters().stream()
        .filter(p -> position >= p.offset() && position < p.end())
        .map(Parameter::name)
        .findFirst()
        .orElse("?");
  }
}
