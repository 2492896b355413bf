package org.sparkqat.distributed;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/** Warns of ranges of activations that have no width any more, once for each layer. */
final class CollapsedRanges {

  private static final Logger LOG = LoggerFactory.getLogger(CollapsedRanges.class);

  private final Set<String> told = new HashSet<>();

  /** Looks at the ranges that a step leaves. */
  void watch(QuantizedGraph graph, Ranges ranges, long step) {
    for (QuantizationPoint point : graph.points()) {
      int collapsed = collapsed(point, ranges);
      if (collapsed > 0 && told.add(point.name())) {
        LOG.warn("{}", message(point, collapsed, step));
      }
    }
  }

  private static int collapsed(QuantizationPoint point, Ranges ranges) {
    int collapsed = 0;
    for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
      Range range = ranges.range(slot);
      collapsed += !range.isEmpty() && point.quantizer().format().collapses(range) ? 1 : 0;
    }
    return collapsed;
  }

  /** What is said of a layer. */
  static String message(QuantizationPoint point, int collapsed, long step) {
    String which =
        point.slots() == 1 ? "" : "%d of %d channels of ".formatted(collapsed, point.slots());
    return "Range of %slayer '%s' collapses at step %d: all of its values are 0 (its scale is 1 until they are not; if the loss no longer falls, lower the learning rate)"
        .formatted(which, point.name(), step);
  }
}
