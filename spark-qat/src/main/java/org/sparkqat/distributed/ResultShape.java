package org.sparkqat.distributed;

import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.training.PairwiseTree.Node;

/** The lengths that every result of a job has; a message with others is refused. */
record ResultShape(int gradient, int ranges, int statisticSums, int statisticCounts) {

  static ResultShape of(WorkerSpecification specification) {
    MicroBatchResult result =
        new MicroBatchResult(
            QuantizedGraph.of(BlockGraph.of(specification.network()), specification.scheme()));
    return new ResultShape(
        result.gradient().length,
        result.observed().slots(),
        result.statisticSums().length,
        result.statisticCounts().length);
  }

  void require(Node node, StepResult result) {
    ResultShape found =
        new ResultShape(
            result.gradient().length,
            result.observed().slots(),
            result.statisticSums().length,
            result.statisticCounts().length);
    int counts = result.histograms().length;
    boolean counted = counts == 0 || counts == ranges * Histogram.BINS;
    if (!found.equals(this) || !counted || result.shards() != node.size()) {
      throw new IllegalArgumentException(
          "Invalid result of %s: %s of %d shards (expected %s)"
              .formatted(node, found, result.shards(), this));
    }
  }
}
