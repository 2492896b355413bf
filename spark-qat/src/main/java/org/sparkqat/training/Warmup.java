package org.sparkqat.training;

/** The pieces that learning-rate schedules are made of. */
final class Warmup {

  private Warmup() {}

  static void require(double base, double warmupEpochs) {
    Limits.requirePositive("learning-rate base", base);
    Limits.requireNotNegative("learning-rate warm-up epochs", warmupEpochs);
  }

  /** The position, checked, and at most the end of the phase. */
  static double position(double epoch, double epochs) {
    Limits.requirePositive("epochs of a phase", epochs);
    Limits.requireNotNegative("position in a phase", epoch);
    return Math.min(epoch, epochs);
  }

  /** The rate when the given share of the warm-up is done. */
  static double rate(double base, double done) {
    return base * (LearningRate.WARMUP_START + (1 - LearningRate.WARMUP_START) * done);
  }

  /** Half a cosine from one rate to another; {@code done} in [0, 1]. */
  static double anneal(double from, double to, double done) {
    return to + (from - to) * (1 + StrictMath.cos(Math.PI * done)) / 2;
  }
}
