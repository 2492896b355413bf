package org.sparkqat.training;

/**
 * Which part of the weights a quantized stage computes with as codes; the rest stays real in the
 * forward pass. At the end of a stage the network is evaluated with all of them.
 */
public sealed interface QuantizedShare {

  /** All weights, in each step: the default. */
  static QuantizedShare all() {
    return new All();
  }

  /** True when weights that are not quantized take part in the forward pass. */
  default boolean leavesReal() {
    return true;
  }

  /** True when the weights of the forward pass are mixed anew for each step. */
  default boolean mixes() {
    return false;
  }

  /**
   * The strength of the quantization in a step, for those that mix.
   *
   * @param done share of the stage that is done, from 0 to 1
   */
  default double strength(double done) {
    return 1;
  }

  /** All weights. */
  record All() implements QuantizedShare {
    @Override
    public boolean leavesReal() {
      return false;
    }
  }

  /**
   * Incremental quantization (Zhou et al. 2017, arXiv 1702.03044): when the stage begins, the
   * largest weights of each output channel, those held before among them, are moved onto their
   * codes and held from then on; the others train in float, within the largest magnitude of their
   * channel, so that its scale stays.
   *
   * @param share of the weights of each output channel, above 0, at most 1
   */
  record Largest(double share) implements QuantizedShare {
    public Largest {
      if (!(share > 0 && share <= 1)) {
        throw Limits.invalid("share of held weights", share, "allowed: above 0, at most 1");
      }
    }

    @Override
    public boolean leavesReal() {
      return share < 1;
    }
  }

  /**
   * Each weight between its real and its quantized value: {@code w + a * (q(w) - w)}, where a goes
   * from one end to the other along the stage.
   *
   * @param from a at the first step, in [0, 1], default 0
   * @param to a at the last step, in [0, 1], default 1
   */
  record Blend(double from, double to) implements QuantizedShare {
    public Blend {
      requireStrength(from);
      requireStrength(to);
    }

    @Override
    public boolean mixes() {
      return true;
    }

    @Override
    public double strength(double done) {
      return from + (to - from) * done;
    }
  }

  /**
   * In each step, each weight is quantized with probability p, a function of seed, step and weight
   * (Fan et al. 2020, Quant-Noise, arXiv 2004.07320); p goes from one end to the other along the
   * stage.
   *
   * @param from p at the first step, in [0, 1], default 0
   * @param to p at the last step, in [0, 1], default 1
   */
  record Sampled(double from, double to) implements QuantizedShare {
    public Sampled {
      requireStrength(from);
      requireStrength(to);
    }

    @Override
    public boolean mixes() {
      return true;
    }

    @Override
    public double strength(double done) {
      return from + (to - from) * done;
    }
  }

  private static void requireStrength(double strength) {
    if (!(strength >= 0 && strength <= 1)) {
      throw Limits.invalid("strength of quantization noise", strength, "allowed: 0 to 1");
    }
  }
}
