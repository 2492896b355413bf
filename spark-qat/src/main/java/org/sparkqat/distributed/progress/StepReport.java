package org.sparkqat.distributed.progress;

import java.util.OptionalDouble;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Position;

/**
 * What a step tells whoever watches.
 *
 * @param position of the step
 * @param examples of the global batch
 * @param loss mean loss of the global batch; NaN in calibration, which has none
 * @param shardClips what clipping did to the shards' gradients
 * @param clip what clipping did to the merged gradient
 * @param saturated activations outside their range
 * @param quantized activations that a quantizer acted on
 * @param figures what is to tell of its stage
 */
public record StepReport(
    Position position,
    int examples,
    double loss,
    double learningRate,
    ClipTotals shardClips,
    ClipReport clip,
    long saturated,
    long quantized,
    StageFigures figures,
    StepTiming timing) {

  /** The same, with where the time went. */
  public StepReport timed(StepTiming spent) {
    return new StepReport(
        position,
        examples,
        loss,
        learningRate,
        shardClips,
        clip,
        saturated,
        quantized,
        figures,
        spent);
  }

  /** Share of the shards whose gradient was clipped, in [0, 1]. */
  public double clipRate() {
    return shardClips.gradients() == 0 ? 0 : (double) shardClips.acted() / shardClips.gradients();
  }

  /**
   * Share of the quantized activations outside their range, in [0, 1]; empty: none is quantized.
   */
  public OptionalDouble saturationRate() {
    return quantized == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) saturated / quantized);
  }
}
