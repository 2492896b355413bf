package org.sparkqat.training;

/**
 * When batch normalization stops to use the statistics of the batch, and uses its running ones: by
 * schedule, or when these have come to rest.
 *
 * <p>The drift of a step is the mean over all channels of {@code |m' - m| / s + |v' - v| / (2 v)},
 * with the running mean m, variance v (plus epsilon) and deviation {@code s = sqrt(v)} before the
 * step, and those after it. Statistics are those of all shards, so that every cluster decides
 * alike.
 *
 * @param epoch epoch of the stage, from 0; {@link Stage#NEVER} (default): not by schedule
 * @param drift largest drift of a quiet step, at least 0; 0 (default): not by itself
 * @param steps quiet steps, one after another, after which statistics are at rest, at least 1;
 *     default 100
 */
public record BatchNormFreeze(int epoch, double drift, int steps) {

  public static final int DEFAULT_STEPS = 100;

  /** Never. */
  public static final BatchNormFreeze NEVER = from(Stage.NEVER);

  public BatchNormFreeze {
    if (epoch < 0) {
      throw Limits.invalid("batch-norm freeze epoch", epoch, "must be at least 0");
    }
    Limits.requireNotNegative("batch-norm freeze drift", drift);
    if (steps < 1) {
      throw Limits.invalid("batch-norm freeze steps", steps, "must be at least 1");
    }
  }

  /** By schedule only. */
  public static BatchNormFreeze from(int epoch) {
    return new BatchNormFreeze(epoch, 0, DEFAULT_STEPS);
  }

  /** The same from another epoch on. */
  public BatchNormFreeze epoch(int other) {
    return new BatchNormFreeze(other, drift, steps);
  }

  /** True when drift is watched. */
  public boolean isAutomatic() {
    return drift > 0;
  }

  /**
   * True when the running statistics are used.
   *
   * @param quiet quiet steps that were made one after another
   */
  public boolean isFrozen(int atEpoch, int quiet) {
    return atEpoch >= epoch || (isAutomatic() && quiet >= steps);
  }

  /** The number of quiet steps, one after another, after a step with the given drift. */
  public int quietAfter(int quiet, double driftOfStep) {
    return driftOfStep < drift ? Math.min(quiet + 1, steps) : 0;
  }
}
