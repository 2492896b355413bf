package org.sparkqat.training;

/**
 * How weights are watched whose integer codes go back and forth between two values (Nagel et al.
 * 2022, arXiv 2203.11086), and when they are frozen.
 *
 * <p>A step oscillates for a weight when its code changes into the direction against its last
 * change. The frequency is {@code f = m * o + (1 - m) * f}, with o 1 in such a step and else 0. A
 * weight that is frozen keeps the code {@code roundHalfEven} of its moving average {@code a = m *
 * code + (1 - m) * a}, and follows the scale.
 *
 * @param momentum m, above 0, at most 1; default 0.01
 * @param threshold frequency from which a weight counts as oscillating, in (0, 1]; default 0.005
 * @param freezeAbove frequency above which a weight is frozen, in [0, 1]; 0 (default): never
 */
public record OscillationWatch(double momentum, double threshold, double freezeAbove) {

  public static final double DEFAULT_MOMENTUM = 0.01;
  public static final double DEFAULT_THRESHOLD = 0.005;

  public OscillationWatch {
    requireShare("oscillation momentum", momentum);
    requireShare("oscillation threshold", threshold);
    if (!(freezeAbove >= 0 && freezeAbove <= 1)) {
      throw Limits.invalid("oscillation freeze threshold", freezeAbove, "allowed: 0 to 1");
    }
  }

  private static void requireShare(String what, double value) {
    if (!(value > 0 && value <= 1)) {
      throw Limits.invalid(what, value, "allowed: above 0, at most 1");
    }
  }

  /** True when weights that oscillate are frozen. */
  public boolean freezes() {
    return freezeAbove > 0;
  }
}
