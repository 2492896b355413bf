package org.sparkqat.engine;

import org.sparkqat.quantization.Ranges;

/** A compiled block: forward and, right beside it, backward of one micro-batch. */
interface Operation extends AutoCloseable {

  /** Takes the numbers that are in force until the next call. */
  default void load(float[] parameters, float[] statistics, Ranges ranges) {}

  /** Computes {@link #output} from the outputs of the blocks it reads. */
  void forward(MicroBatchContext context);

  /** Turns the gradient of the output into those of the inputs and of the parameters. */
  void backward(MicroBatchResult result);

  Activations output();

  /** Bytes that stay as they are from the end of forward until backward, the output included. */
  default long keptForBackwardBytes() {
    return output().bytes();
  }

  @Override
  default void close() {}
}
