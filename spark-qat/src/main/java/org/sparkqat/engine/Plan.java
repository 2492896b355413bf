package org.sparkqat.engine;

import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;

/**
 * A network compiled for micro-batches of one size: forward and backward run on memory that is
 * allocated once. Used by one thread at a time.
 */
public interface Plan extends AutoCloseable {

  /**
   * Compiles a network.
   *
   * @throws IllegalArgumentException when an accumulator of a layer could overflow 32 bits
   */
  static Plan compile(
      Kernels kernels,
      QuantizedGraph graph,
      InputNormalization normalization,
      PlanSettings settings) {
    if (settings.arithmetic().quantizes()) {
      AccumulatorCheck.require(graph);
    }
    int channels = graph.graph().network().inputShape().channels();
    if (normalization.offset().length != channels) {
      throw new IllegalArgumentException(
          "Invalid input normalization: %d channels, the network's input has %d"
              .formatted(normalization.offset().length, channels));
    }
    if (settings.arithmetic() == Arithmetic.HISTOGRAM) {
      return HostPlan.compile(kernels, graph, normalization, settings);
    }
    return kernels
        .plan(graph, normalization, settings)
        .orElseGet(() -> HostPlan.compile(kernels, graph, normalization, settings));
  }

  PlanSettings settings();

  /** Takes the numbers that are in force until the next call. The arrays must not change. */
  void load(float[] parameters, float[] statistics, Ranges ranges);

  /**
   * Forward, loss and backward of one micro-batch.
   *
   * @param raw input before normalization, {@code [N, C, H, W]}
   * @param result receives all that the micro-batch yields
   */
  void train(
      float[] raw, Targets targets, LossFunction loss, DropoutKey dropout, MicroBatchResult result);

  /**
   * Forward of one micro-batch, observing the ranges of all quantization points or, with {@link
   * Arithmetic#HISTOGRAM}, counting their values.
   */
  void calibrate(float[] raw, MicroBatchResult result);

  /**
   * Forward of one micro-batch.
   *
   * @param outputs receives the network's outputs, {@code [N, K]}
   */
  void infer(float[] raw, float[] outputs);

  /**
   * What a block put out for the latest micro-batch.
   *
   * @param block its index, {@link org.sparkqat.network.BlockGraph#INPUT} for the network's input
   */
  BlockOutput output(int block);

  /** Where the time of the latest {@link #load} and {@link #train} went. */
  StepTimes times();

  /** The memory in use; whole after the first {@link #train}. */
  PlanMemory memory();

  @Override
  void close();
}
