package org.sparkqat.distributed.worker;

import java.util.HashMap;
import java.util.Map;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.GradientForm;
import org.sparkqat.distributed.wire.StepOrder;

/**
 * Rounds the gradients of shards to the numbers that travel, and keeps what is lost of each shard's
 * for its next step. Used by one thread at a time.
 */
public final class ErrorFeedback {

  private final Map<Integer, float[]> residuals = new HashMap<>();
  private long after = StepOrder.NO_STEP;

  /** True when what the step needs of the steps before is here. */
  public boolean isReadyFor(StepOrder order) {
    return !order.form().needsResiduals() || after == order.step() - 1;
  }

  /** Changes the gradient of one shard to what travels of it in a step. */
  public void apply(StepOrder order, int shard, float[] gradient) {
    GradientForm form = order.form();
    if (form.feedback() == GradientForm.Feedback.START) {
      residuals.remove(shard);
    }
    if (form.isRounded()) {
      float[] residual = residuals.computeIfAbsent(shard, s -> new float[gradient.length]);
      form.encoding().codec().round(gradient, residual);
    } else if (form.needsResiduals()) {
      float[] residual = residuals.get(shard);
      if (residual == null) {
        throw new IllegalStateException(
            "Cannot compute step %d of shard %d: its rounding errors are not here"
                .formatted(order.step(), shard));
      }
      GradientEncoding.FLOAT32.codec().round(gradient, residual);
    }
  }

  /** All shards of the step are done. */
  public void done(StepOrder order) {
    after = order.step();
    if (!order.form().isRounded()) {
      residuals.clear();
    }
  }
}
