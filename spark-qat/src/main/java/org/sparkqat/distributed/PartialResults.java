package org.sparkqat.distributed;

import java.util.List;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

/** The message of a worker: the sums of the aligned subtrees of shards that it computed. */
final class PartialResults {

  private PartialResults() {}

  static byte[] encode(long step, TreeSum<StepResult> sum) {
    List<TreeSum.Part<StepResult>> parts = sum.parts();
    long size = 16;
    for (TreeSum.Part<StepResult> part : parts) {
      size += 8 + part.value().size();
    }
    Wire wire = Wire.writer(size).putLong(step).putInt(parts.size());
    for (TreeSum.Part<StepResult> part : parts) {
      wire.putInt(part.node().level()).putInt(part.node().index());
      part.value().write(wire);
    }
    return wire.bytes();
  }

  /** Adds a worker's message to the driver's sum; what belongs to another step is ignored. */
  static void addTo(TreeSum<StepResult> sum, long step, byte[] message) {
    Wire wire = Wire.reader(message);
    if (wire.getLong() != step) {
      return;
    }
    int parts = wire.getInt();
    for (int i = 0; i < parts; i++) {
      Node node = new Node(wire.getInt(), wire.getInt());
      StepResult value = StepResult.read(wire);
      if (!sum.overlaps(node)) {
        sum.add(node, value);
      }
    }
  }
}
