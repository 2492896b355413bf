package org.sparkqat.engine;

/** How near one forward pass of a {@link NetworkOracle} is to where its gradients jump or grow. */
final class Conditioning {

  private final NetworkOracle.Quantizers quantizers;
  private int decisions;
  private long branches;
  private double kinkDistance = Double.POSITIVE_INFINITY;
  private double spread = Double.POSITIVE_INFINITY;

  Conditioning(NetworkOracle.Quantizers quantizers) {
    this.quantizers = quantizers;
  }

  NetworkOracle.Run run(double[][] outputs) {
    return new NetworkOracle.Run(outputs, branches, kinkDistance, spread);
  }

  /**
   * The branch that a decision takes. Exact ties come from parts that are constant (a rectifier's
   * zeros): they are no kinks.
   *
   * @param distance from the tie
   * @param unit of the distance, {@link #largest} of what is decided on
   */
  int decide(int taken, double distance, double unit) {
    int branch = quantizers.branch(decisions++, taken);
    branches = branches * 31 + branch;
    if (distance != 0) {
      kinkDistance = Math.min(kinkDistance, Math.abs(distance) / unit);
    }
    return branch;
  }

  /** Terms that cancel to 0, as codes do, are a tie for a rectifier; zeros that are added not. */
  double sum(double sum, double size) {
    kinkDistance = sum == 0 && size > 0 ? 0 : kinkDistance;
    return sum;
  }

  /** Records a channel's normalization. A rectifier's zeros have nothing to magnify. */
  void normalized(double mean, double variance) {
    if (mean != 0 || variance != 0) {
      spread = Math.min(spread, Math.sqrt(variance) / Math.max(1, Math.abs(mean)));
    }
  }

  /** The largest magnitude, at least 1. */
  static double largest(double[][] values) {
    double largest = 1;
    for (double[] example : values) {
      for (double value : example) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }
}
