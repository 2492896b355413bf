package org.sparkqat.training;

import java.util.OptionalDouble;

/**
 * Why a checkpoint may be kept longer than its time.
 *
 * @param tag name of a milestone, kept for good, e.g. {@code float} at the end of the float phase;
 *     empty: none
 * @param score how good the model is, higher is better; the best checkpoint is kept
 */
public record CheckpointMark(String tag, OptionalDouble score) {

  /** Neither tagged nor scored. */
  public static final CheckpointMark NONE = new CheckpointMark("", OptionalDouble.empty());

  public CheckpointMark {
    if (!tag.matches("([a-z][a-z0-9]*)?")) {
      throw Limits.invalid("checkpoint tag", "'" + tag + "'", "lower-case letters and digits");
    }
    if (score.isPresent() && Double.isNaN(score.getAsDouble())) {
      throw Limits.invalid("checkpoint score", score.getAsDouble(), "must be a number");
    }
  }

  /** A mark with a score; NaN, as of a model that was not evaluated, counts as none. */
  public static CheckpointMark scored(double score) {
    return NONE.withScore(score);
  }

  public static CheckpointMark tagged(String tag) {
    return new CheckpointMark(tag, OptionalDouble.empty());
  }

  /** This mark with a score; NaN counts as none. */
  public CheckpointMark withScore(double newScore) {
    return new CheckpointMark(
        tag, Double.isNaN(newScore) ? OptionalDouble.empty() : OptionalDouble.of(newScore));
  }
}
