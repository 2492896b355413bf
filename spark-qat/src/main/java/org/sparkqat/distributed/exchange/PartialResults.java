package org.sparkqat.distributed.exchange;

import java.util.List;
import java.util.function.BiConsumer;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

/** The message of a worker: the sums of the aligned subtrees of shards that it computed. */
final class PartialResults {

  private PartialResults() {}

  /**
   * Encodes the sums of a step.
   *
   * @param computeNanos how long the worker computed them
   */
  static byte[] encode(long step, long computeNanos, List<TreeSum.Part<StepResult>> parts) {
    long size = 24;
    for (TreeSum.Part<StepResult> part : parts) {
      size += 8 + part.value().size(GradientEncoding.FLOAT32);
    }
    Wire wire = Wire.writer(size).putLong(step).putLong(computeNanos);
    wire.putInt(parts.size());
    for (TreeSum.Part<StepResult> part : parts) {
      wire.putInt(part.node().level()).putInt(part.node().index());
      part.value().write(wire, GradientEncoding.FLOAT32);
    }
    return wire.bytes();
  }

  /**
   * Adds a worker's message to the driver's sum; what belongs to another step is ignored.
   *
   * @param times receives what the worker and the merging took
   * @param before sees each part that is added before it is
   */
  static void addTo(
      TreeSum<StepResult> sum,
      long step,
      byte[] message,
      ExchangeTimes.Sum times,
      BiConsumer<Node, StepResult> before) {
    long start = System.nanoTime();
    Wire wire = Wire.reader(message);
    if (wire.getLong() != step) {
      return;
    }
    long computeNanos = wire.getLong();
    int parts = wire.getInt();
    boolean isNew = false;
    for (int i = 0; i < parts; i++) {
      Node node = new Node(wire.getInt(), wire.getInt());
      StepResult value = StepResult.read(wire, GradientEncoding.FLOAT32);
      if (!sum.overlaps(node)) {
        before.accept(node, value);
        sum.add(node, value);
        isNew = true;
      }
    }
    if (isNew) {
      times.add(computeNanos, System.nanoTime() - start);
    }
  }
}
