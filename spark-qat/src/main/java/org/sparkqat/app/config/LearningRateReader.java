package org.sparkqat.app.config;

import java.util.List;
import org.sparkqat.training.LearningRate;

/** Reads a group of a learning rate: which keys it has depends on {@code schedule}. */
final class LearningRateReader {

  private enum Schedule {
    CONSTANT,
    STEPS,
    COSINE,
    ONE_CYCLE
  }

  private LearningRateReader() {}

  static LearningRate read(Section section, double defaultBase) {
    Schedule schedule = section.choice("schedule", Schedule.COSINE);
    double base = section.real("base", defaultBase, Bounds.above(0));
    if (schedule == Schedule.ONE_CYCLE) {
      return new LearningRate.OneCycle(
          base,
          section.real("warmup-share", 0.3, Bounds.fromBelow(0, 1)),
          section.real("start-divisor", 25, Bounds.atLeast(1)),
          section.real("end-divisor", 1e4, Bounds.atLeast(1)));
    }
    double warmup = section.real("warmup-epochs", 0, Bounds.atLeast(0));
    if (schedule == Schedule.STEPS) {
      return new LearningRate.Steps(
          base, warmup, steps(section), section.real("factor", 0.1, Bounds.aboveUpTo(0, 1)));
    }
    return schedule == Schedule.COSINE
        ? new LearningRate.Cosine(base, warmup, floor(section, base))
        : new LearningRate.Constant(base, warmup);
  }

  private static double floor(Section section, double base) {
    double floor = section.real("floor", 0, Bounds.atLeast(0));
    if (floor <= base) {
      return floor;
    }
    section.conflict("floor", "allowed: 0 to the base " + base);
    return 0;
  }

  private static List<Double> steps(Section section) {
    Kind<Double> epoch = new Kind.Real(Bounds.above(0));
    List<Double> epochs = section.values("epochs", epoch, List.of());
    if (epochs.stream().sorted().distinct().toList().equals(epochs)) {
      return epochs;
    }
    section.conflict("epochs", "must rise");
    return List.of();
  }

  /** The learning rate that a schedule is scaled by. */
  static double base(LearningRate rate) {
    if (rate instanceof LearningRate.OneCycle cycle) {
      return cycle.base();
    }
    if (rate instanceof LearningRate.Steps steps) {
      return steps.base();
    }
    return rate instanceof LearningRate.Cosine cosine
        ? cosine.base()
        : ((LearningRate.Constant) rate).base();
  }
}
