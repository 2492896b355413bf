package org.sparkqat.distributed;

import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Position;

/**
 * What a step tells whoever watches.
 *
 * @param position of the step
 * @param loss mean loss of the global batch; NaN in calibration, which has none
 * @param shardClips what clipping did to the shards' gradients
 * @param clip what clipping did to the merged gradient
 * @param saturated activations outside their range
 */
public record StepReport(
    Position position,
    double loss,
    double learningRate,
    ClipTotals shardClips,
    ClipReport clip,
    long saturated) {

  static StepReport of(Position at, StepResult result, double learningRate, ClipReport clip) {
    return new StepReport(
        at,
        result.loss() / result.shards(),
        learningRate,
        result.clips(),
        clip,
        result.saturated());
  }

  static StepReport ofCalibration(Position at, StepResult result) {
    return new StepReport(
        at, Double.NaN, 0, ClipTotals.EMPTY, new ClipReport(0, 1, 0, 0), result.saturated());
  }
}
