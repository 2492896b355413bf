package org.sparkqat.distributed.protocol;

import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.training.PairwiseTree.Node;

/**
 * The lengths that every result of a job has; a message with others is refused.
 *
 * @param histograms counts of a result whose values were counted; others have none
 */
public record ResultShape(
    int gradient,
    int ranges,
    int histograms,
    int rangeSums,
    int statisticSums,
    int statisticCounts) {

  public static ResultShape of(WorkerSpecification specification) {
    QuantizedGraph graph =
        QuantizedGraph.of(BlockGraph.of(specification.network()), specification.scheme());
    MicroBatchResult result = new MicroBatchResult(graph);
    return new ResultShape(
        result.gradient().length,
        result.observed().slots(),
        graph.activationSlots() * Histogram.BINS,
        result.rangeSums().length,
        result.statisticSums().length,
        result.statisticCounts().length);
  }

  /** The same without gradients. */
  ResultShape withoutGradient() {
    return new ResultShape(0, ranges, histograms, rangeSums, statisticSums, statisticCounts);
  }

  void require(Node node, StepResult result) {
    ResultShape found =
        new ResultShape(
            result.gradient().length,
            result.observed().slots(),
            result.histograms().length == 0 ? histograms : result.histograms().length,
            result.rangeSums().length,
            result.statisticSums().length,
            result.statisticCounts().length);
    if (!found.equals(this) || result.shards() != node.size()) {
      throw new IllegalArgumentException(
          "Invalid result of %s: %s of %d shards (expected %s)"
              .formatted(node, found, result.shards(), this));
    }
  }
}
