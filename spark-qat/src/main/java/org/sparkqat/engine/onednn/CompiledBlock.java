package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.Ranges;

/** A compiled block in native memory: forward and, right beside it, backward of a micro-batch. */
interface CompiledBlock {

  Feature output();

  /** Makes what inference without observation needs; later calls do nothing. */
  default void prepareServing() {}

  /** Makes what training needs; later calls do nothing. */
  void prepareTraining();

  /** Takes the numbers that are in force until the next call. */
  void load(float[] parameters, float[] statistics, Ranges ranges);

  /** Computes the output as the exported model does. */
  default void serve() {
    forward(false, null);
  }

  /** Makes the {@link #output} whole where {@link #serve} has left it to another block. */
  default void reveal() {}

  /**
   * Computes the output.
   *
   * @param trains true when {@link #backward} follows
   * @param result receives what is observed; null: nothing is
   */
  void forward(boolean trains, @Nullable MicroBatchResult result);

  /** Bytes that stay as they are from the end of forward until backward, the output included. */
  long keptForBackwardBytes();

  /** Turns the gradient of the output into those of the inputs and of the parameters. */
  void backward(MicroBatchResult result);
}
