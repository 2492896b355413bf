package org.sparkqat.training;

import java.util.List;

/**
 * What a step did to the learned ranges.
 *
 * @param norm Euclidean norm of their gradients before clipping
 * @param factor what clipping multiplied the gradients by; 1: nothing
 * @param held ranges that had come too far from the values that they are of, and were held back
 */
public record RangeReport(double norm, double factor, List<Held> held) {

  /** Where no range is learned. */
  public static final RangeReport NONE = new RangeReport(0, 1, List.of());

  public RangeReport {
    held = List.copyOf(held);
  }

  /**
   * A range that was held back.
   *
   * @param layer whose range it is
   * @param of {@code weights} or {@code activations}
   * @param wanted the end of larger magnitude that the step would have given it
   * @param kept the one that it has
   * @param largest magnitude of the values
   */
  public record Held(String layer, String of, double wanted, double kept, double largest) {

    /** True when the range has become too small, false when too large. */
    public boolean collapsed() {
      return wanted < kept;
    }
  }
}
