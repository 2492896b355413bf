package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.List;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;

/**
 * A network compiled for micro-batches of one size: forward and backward run on memory that is
 * allocated once. Used by one thread at a time.
 */
public final class Plan implements AutoCloseable {

  private static final DropoutKey NO_DROPOUT = new DropoutKey(0, 0, 0);

  private final QuantizedGraph graph;
  private final PlanSettings settings;
  private final InputOperation input;
  private final List<Operation> operations;
  private final Activations output;
  private final Kernels kernels;
  private long loadNanos;
  private long quantizationNanos;
  private long forwardNanos;
  private long lossNanos;
  private long backwardNanos;

  private Plan(
      Kernels kernels,
      QuantizedGraph graph,
      PlanSettings settings,
      InputOperation input,
      List<Operation> operations) {
    this.kernels = kernels;
    this.graph = graph;
    this.settings = settings;
    this.input = input;
    this.operations = operations;
    this.output = operations.get(operations.size() - 1).output();
  }

  /**
   * Compiles a network.
   *
   * @throws IllegalArgumentException when an accumulator of a layer could overflow 32 bits
   */
  public static Plan compile(
      Kernels kernels,
      QuantizedGraph graph,
      InputNormalization normalization,
      PlanSettings settings) {
    if (settings.arithmetic().quantizes()) {
      AccumulatorCheck.require(graph);
    }
    InputOperation input = new InputOperation(graph, normalization, settings);
    OperationFactory factory = new OperationFactory(kernels, graph, settings, input.output());
    List<Operation> operations = new ArrayList<>();
    try {
      graph.graph().blocks().forEach(block -> operations.add(factory.operation(block, operations)));
    } catch (RuntimeException e) {
      operations.forEach(Operation::close);
      throw e;
    }
    return new Plan(kernels, graph, settings, input, operations);
  }

  public QuantizedGraph graph() {
    return graph;
  }

  public PlanSettings settings() {
    return settings;
  }

  /** Takes the numbers that are in force until the next call. The arrays must not change. */
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    long start = System.nanoTime();
    input.load(ranges);
    operations.forEach(operation -> operation.load(parameters, statistics, ranges));
    loadNanos = System.nanoTime() - start;
  }

  /**
   * Forward, loss and backward of one micro-batch.
   *
   * @param raw input before normalization, {@code [N, C, H, W]}
   * @param result receives all that the micro-batch yields
   */
  public void train(
      float[] raw,
      Targets targets,
      LossFunction loss,
      DropoutKey dropout,
      MicroBatchResult result) {
    result.clear();
    long start = System.nanoTime();
    forward(raw, new MicroBatchContext(Pass.TRAINING, result, dropout));
    long forwardEnd = System.nanoTime();
    operations.forEach(operation -> operation.output().clearGradient());
    result.loss = loss.apply(output.data, targets, output.diff);
    if (!Double.isFinite(result.loss)) {
      result.firstNonFinite = firstNonFinite();
    }
    long lossEnd = System.nanoTime();
    for (int i = operations.size() - 1; i >= 0; i--) {
      operations.get(i).backward(result);
    }
    quantizationNanos = result.quantizationNanos;
    forwardNanos = forwardEnd - start - quantizationNanos;
    lossNanos = lossEnd - forwardEnd;
    backwardNanos = System.nanoTime() - lossEnd;
  }

  /** Where the time of the latest {@link #load} and {@link #train} went. */
  public StepTimes times() {
    return new StepTimes(loadNanos, quantizationNanos, forwardNanos, lossNanos, backwardNanos);
  }

  /** The memory in use; whole after the first {@link #train}. */
  public PlanMemory memory() {
    long kept = input.keptForBackwardBytes();
    for (Operation operation : operations) {
      kept += operation.keptForBackwardBytes();
    }
    return new PlanMemory(kernels.peakNativeBytes(), kept);
  }

  /** Forward of one micro-batch, observing the ranges of all quantization points. */
  public void calibrate(float[] raw, MicroBatchResult result) {
    result.clear();
    forward(raw, new MicroBatchContext(Pass.INFERENCE, result, NO_DROPOUT));
  }

  /**
   * Forward of one micro-batch.
   *
   * @param outputs receives the network's outputs, {@code [N, K]}
   */
  public void infer(float[] raw, float[] outputs) {
    forward(raw, new MicroBatchContext(Pass.INFERENCE, null, NO_DROPOUT));
    for (int i = 0; i < output.data.length; i++) {
      outputs[i] = output.scale * output.data[i];
    }
  }

  private void forward(float[] raw, MicroBatchContext context) {
    input.forward(raw, context);
    operations.forEach(operation -> operation.forward(context));
  }

  private int firstNonFinite() {
    for (int block = 0; block < operations.size(); block++) {
      for (float value : operations.get(block).output().data) {
        if (!Float.isFinite(value)) {
          return block;
        }
      }
    }
    return BlockGraph.INPUT;
  }

  /** The network's outputs of the latest micro-batch, {@code [N, K]}. */
  float[] outputs() {
    float[] outputs = output.data.clone();
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] *= output.scale;
    }
    return outputs;
  }

  /**
   * A block's output in the latest micro-batch, {@code [N, C, H, W]}: codes less their zero point
   * where it has one scale, else real values.
   */
  public float[] codes(int block) {
    return activations(block).data.clone();
  }

  /** What a block, or {@link BlockGraph#INPUT}, put out for the latest micro-batch. */
  Activations activations(int block) {
    return block == BlockGraph.INPUT ? input.output() : operations.get(block).output();
  }

  @Override
  public void close() {
    operations.forEach(Operation::close);
  }
}
