package org.sparkqat.training;

import java.util.List;

/**
 * The learning rate as a function of the position within a phase.
 *
 * <p>{@code e} is the fractional epoch within the phase, {@code E} the phase's number of epochs,
 * {@code w} the warm-up. During warm-up, {@code e < w}, the rate rises linearly from a hundredth:
 * {@code base * (0.01 + 0.99 * e / w)}.
 */
public sealed interface LearningRate {

  /** The first rate of a warm-up, as a share of the base: a rate of 0 would waste a step. */
  double WARMUP_START = 0.01;

  /**
   * The rate at a position.
   *
   * @param epoch epochs done of the phase, fractional, from 0
   * @param epochs epochs of the phase, above 0; a position beyond them counts as the end
   */
  double at(double epoch, double epochs);

  /**
   * {@code base}.
   *
   * @param base above 0
   * @param warmupEpochs at least 0, default 0
   */
  record Constant(double base, double warmupEpochs) implements LearningRate {
    public Constant {
      Warmup.require(base, warmupEpochs);
    }

    @Override
    public double at(double epoch, double epochs) {
      double now = Warmup.position(epoch, epochs);
      return now < warmupEpochs ? Warmup.rate(base, now / warmupEpochs) : base;
    }
  }

  /**
   * {@code base * factor^k}, {@code k} the number of given epochs that are at most {@code e}.
   *
   * @param base above 0
   * @param warmupEpochs at least 0, default 0
   * @param epochs when the rate falls, above 0 and ascending
   * @param factor in (0, 1], default 0.1
   */
  record Steps(double base, double warmupEpochs, List<Double> epochs, double factor)
      implements LearningRate {
    public Steps {
      Warmup.require(base, warmupEpochs);
      epochs = List.copyOf(epochs);
      double last = 0;
      for (double epoch : epochs) {
        if (!(epoch > last) || Double.isInfinite(epoch)) {
          throw Limits.invalid("learning-rate epochs", epochs, "must be above 0 and ascending");
        }
        last = epoch;
      }
      if (!(factor > 0 && factor <= 1)) {
        throw Limits.invalid("learning-rate factor", factor, "allowed: above 0, at most 1");
      }
    }

    @Override
    public double at(double epoch, double phaseEpochs) {
      double now = Warmup.position(epoch, phaseEpochs);
      double rate = now < warmupEpochs ? Warmup.rate(base, now / warmupEpochs) : base;
      for (double fall : epochs) {
        if (now >= fall) {
          rate *= factor;
        }
      }
      return rate;
    }
  }

  /**
   * Half a cosine from {@code base} at {@code w} to {@code floor} at {@code E}: {@code floor +
   * (base - floor) * (1 + cos(pi * (e - w) / (E - w))) / 2} (Loshchilov and Hutter 2017, arXiv
   * 1608.03983).
   *
   * @param base above 0
   * @param warmupEpochs at least 0, default 0
   * @param floor rate at the end, from 0 (default) to {@code base}
   */
  record Cosine(double base, double warmupEpochs, double floor) implements LearningRate {
    public Cosine {
      Warmup.require(base, warmupEpochs);
      if (!(floor >= 0 && floor <= base)) {
        throw Limits.invalid("learning-rate floor", floor, "allowed: 0 to the base " + base);
      }
    }

    @Override
    public double at(double epoch, double epochs) {
      double now = Warmup.position(epoch, epochs);
      if (now < warmupEpochs) {
        return Warmup.rate(base, now / warmupEpochs);
      }
      double length = epochs - warmupEpochs;
      return Warmup.anneal(base, floor, length > 0 ? (now - warmupEpochs) / length : 1);
    }
  }

  /**
   * Up and down once, both by half a cosine: from {@code base / startDivisor} to {@code base}
   * during the first {@code warmupShare * E} epochs, then to {@code base / endDivisor} (Smith and
   * Topin 2018, arXiv 1708.07120).
   *
   * @param base the highest rate, above 0
   * @param warmupShare part of the phase that rises, in [0, 1), default 0.3
   * @param startDivisor at least 1, default 25
   * @param endDivisor at least 1, default 1e4
   */
  record OneCycle(double base, double warmupShare, double startDivisor, double endDivisor)
      implements LearningRate {
    public OneCycle {
      Limits.requirePositive("learning-rate base", base);
      Limits.requireShare("learning-rate warm-up share", warmupShare);
      requireDivisor("learning-rate start divisor", startDivisor);
      requireDivisor("learning-rate end divisor", endDivisor);
    }

    @Override
    public double at(double epoch, double epochs) {
      double now = Warmup.position(epoch, epochs);
      double top = warmupShare * epochs;
      return now < top
          ? Warmup.anneal(base / startDivisor, base, now / top)
          : Warmup.anneal(base, base / endDivisor, (now - top) / (epochs - top));
    }

    private static void requireDivisor(String what, double divisor) {
      if (!(divisor >= 1) || Double.isInfinite(divisor)) {
        throw Limits.invalid(what, divisor, "must be at least 1 and finite");
      }
    }
  }
}
