package org.sparkqat.distributed.worker;

import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.NonFinite;

/**
 * Finds numbers of an order that are not finite before anything is computed with them: an
 * activation may hide them. What a worker found travels as the result of a shard, by which the
 * driver stops, however results travel.
 */
public final class SoundOrder {

  /** Below the index of any block. */
  private static final int FIRST_PARAMETER = Integer.MIN_VALUE;

  private SoundOrder() {}

  /**
   * Requires finite parameters.
   *
   * @throws NotFiniteException naming the first one that is not
   */
  static void require(StepOrder order, ParameterLayout layout) {
    NonFinite.first(order.parameters(), layout)
        .ifPresent(
            parameter -> {
              throw NotFiniteException.of(parameter.name());
            });
  }

  /** What a shard yields that cannot be computed, in the buffers of a micro-batch. */
  static StepResult diverged(
      MicroBatchResult buffers, ParameterLayout layout, NotFiniteException reason) {
    buffers.clear();
    buffers.setLoss(Double.NaN);
    int place =
        reason.parameter().filter(layout::contains).map(layout::parameter).stream()
            .mapToInt(parameter -> FIRST_PARAMETER + layout.parameters().indexOf(parameter))
            .findFirst()
            .orElse(StepResult.ALL_FINITE);
    return StepResult.viewOf(buffers, new ClipReport(0, 1, 0, 0)).firstNonFinite(place);
  }

  /** True when {@link StepResult#firstNonFinite} is that of a parameter. */
  public static boolean isParameter(int place, ParameterLayout layout) {
    return place < FIRST_PARAMETER + layout.parameters().size();
  }

  /** The name of the parameter. */
  public static String parameter(int place, ParameterLayout layout) {
    return layout.parameters().get(place - FIRST_PARAMETER).name();
  }
}
