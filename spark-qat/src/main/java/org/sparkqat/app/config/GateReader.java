package org.sparkqat.app.config;

import java.util.Optional;
import java.util.OptionalDouble;
import org.sparkqat.training.Gate;
import org.sparkqat.training.Gate.Failure;
import org.sparkqat.training.Gate.Reference;

/** Reads the group {@code gate} of a stage. */
final class GateReader {

  private static final Kind<Double> BOUND = new Kind.Real(Bounds.atLeast(0));
  private static final double POINTS = 100;

  private GateReader() {}

  static Gate read(Section section) {
    return new Gate(
        bound(section, "max-accuracy-drop", POINTS),
        bound(section, "max-loss-rise", 1),
        section.choice("against", Reference.PREVIOUS),
        section.integer("retries", 0, Bounds.between(0, 100)),
        section.real("retry-factor", Gate.RETRY_FACTOR, Bounds.aboveUpTo(0, 1)),
        section.choice("on-failure", Failure.STOP));
  }

  private static OptionalDouble bound(Section section, String key, double unit) {
    Optional<Double> bound = section.optional(key, BOUND);
    return bound.isPresent() ? OptionalDouble.of(bound.get() / unit) : OptionalDouble.empty();
  }
}
