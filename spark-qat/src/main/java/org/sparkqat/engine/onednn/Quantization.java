package org.sparkqat.engine.onednn;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/** From a stage's values before the activation to its output, where that is quantized. */
interface Quantization {

  /** Takes the ranges that are in force until the next call. */
  void load(Ranges ranges);

  /** Makes what counts clipped values; later calls do nothing. */
  void prepareCount();

  /** Makes what training needs; later calls do nothing. */
  void prepareTraining();

  /**
   * Notes the extremes of the values in training, before {@link #run}.
   *
   * @param min smallest value before the activation
   * @param max largest value before the activation
   * @param activated those after it; NaN if a value is not finite
   * @return how many values are clipped, as far as {@link #run} does not count them
   */
  long mark(float min, float max, Range activated);

  /** Writes the output. */
  void run(boolean trains, @Nullable MicroBatchResult result);

  /** Turns the gradient of the output into that of the values, in its place. */
  void backward(MicroBatchResult result);

  /** Bytes that stay as they are from the end of forward until backward, beside the output. */
  long keptForBackwardBytes();
}
