package org.sparkqat.distributed.evaluation;

/**
 * Result of an evaluation by integer-only arithmetic.
 *
 * @param evaluation loss and accuracy
 * @param differing examples whose prediction (class, or real value for regression) is not that of
 *     quantized evaluation
 */
public record IntegerEvaluation(Evaluation evaluation, long differing) {

  /** Share of the examples whose prediction differs, in [0, 1]. */
  public double differingShare() {
    return (double) differing / evaluation.examples();
  }
}
