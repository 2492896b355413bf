package org.sparkqat.analysis;

import java.util.Locale;

/**
 * What the sum of all layers may cost.
 *
 * @param amount at most; for the average, in thousandths of a bit
 */
public record Budget(Kind kind, long amount) {

  private static final int THOUSAND = 1000;

  /** In what is counted. */
  public enum Kind {
    /** Bytes of the quantized network. */
    BYTES("bytes"),
    /** Products of an example times bits of weights times bits of input. */
    BIT_OPERATIONS("bit operations"),
    /** Mean bits of a weight. */
    AVERAGE_BITS("bits on average");

    private final String unit;

    Kind(String unit) {
      this.unit = unit;
    }
  }

  public Budget {
    if (amount <= 0) {
      throw new IllegalArgumentException("Invalid budget: " + amount + " (must be above 0)");
    }
  }

  /** At most so many bits on average over all weights. */
  public static Budget ofAverageBits(double bits) {
    return new Budget(Kind.AVERAGE_BITS, (long) Math.floor(bits * THOUSAND + 1e-6));
  }

  /** The budget in units of cost. */
  long limit(long weights) {
    return kind == Kind.AVERAGE_BITS ? Math.multiplyExact(amount, weights) / THOUSAND : amount;
  }

  /** A cost in the budget's unit. */
  double inUnits(long cost, long weights) {
    return kind == Kind.AVERAGE_BITS ? (double) cost / weights : cost;
  }

  /** The budget as text. */
  public String text() {
    return text(kind == Kind.AVERAGE_BITS ? (double) amount / THOUSAND : amount);
  }

  /** A cost as text. */
  public String text(double units) {
    return kind == Kind.AVERAGE_BITS
        ? String.format(Locale.ROOT, "%.3f %s", units, kind.unit)
        : String.format(Locale.ROOT, "%,d %s", (long) units, kind.unit);
  }
}
