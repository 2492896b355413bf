package org.sparkqat.distributed.progress;

import java.util.Optional;
import java.util.OptionalDouble;
import org.sparkqat.training.RangeReport;

/**
 * What a step tells of its stage.
 *
 * @param batchNormDrift how much the running batch-norm statistics moved; empty: nobody watches
 * @param oscillating share of the quantized weights whose codes go back and forth; empty: nobody
 *     watches
 * @param held share of the quantized weights that are held; empty: none can be
 * @param ranges what became of the learned ranges; empty: none is learned
 */
public record StageFigures(
    OptionalDouble batchNormDrift,
    OptionalDouble oscillating,
    OptionalDouble held,
    Optional<RangeReport> ranges) {

  public static final StageFigures NONE =
      new StageFigures(
          OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty());

  /** The same with shares of weights. */
  public StageFigures weights(double oscillatingShare, double heldShare) {
    return new StageFigures(
        batchNormDrift, OptionalDouble.of(oscillatingShare), OptionalDouble.of(heldShare), ranges);
  }

  /** The same with a share of held weights. */
  public StageFigures held(double share) {
    return new StageFigures(batchNormDrift, oscillating, OptionalDouble.of(share), ranges);
  }

  /** The same with a drift. */
  public StageFigures batchNormDrift(double drift) {
    return new StageFigures(OptionalDouble.of(drift), oscillating, held, ranges);
  }

  /** The same with learned ranges. */
  public StageFigures ranges(RangeReport report) {
    return new StageFigures(batchNormDrift, oscillating, held, Optional.of(report));
  }
}
