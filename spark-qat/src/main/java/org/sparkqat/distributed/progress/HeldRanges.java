package org.sparkqat.distributed.progress;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.training.RangeReport;
import org.sparkqat.training.RangeReport.Held;

/** Warns of learned ranges that are held back, once for each. */
public final class HeldRanges implements TrainingListener {

  private static final Logger LOG = LoggerFactory.getLogger(HeldRanges.class);

  private final Set<String> told = new HashSet<>();

  @Override
  public void stepDone(StepReport report) {
    for (Held held : report.figures().ranges().map(RangeReport::held).orElse(List.of())) {
      String message = message(held, report.position().step());
      if (told.add(held.layer() + held.of() + held.collapsed())) {
        LOG.warn("{}", message);
      }
    }
  }

  /** What is said of a range. */
  static String message(Held held, long step) {
    return "Learned range of the %s of layer '%s' %s at step %d: %.3g, values up to %.3g (held at %.3g; lower quantization.learned-ranges.learning-rate or set quantization.learned-ranges.clip-norm)"
        .formatted(
            held.of(),
            held.layer(),
            held.collapsed() ? "collapses" : "explodes",
            step,
            held.wanted(),
            held.largest(),
            held.kept());
  }
}
