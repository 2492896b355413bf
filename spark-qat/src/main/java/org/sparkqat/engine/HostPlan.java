package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;

/**
 * A plan in Java's memory, channels first: the oracle of other plans, and what runs the networks
 * that they do not take. Between blocks travel codes less their zero points, as integer-valued
 * floats.
 */
final class HostPlan implements Plan {

  private static final DropoutKey NO_DROPOUT = new DropoutKey(0, 0, 0);

  private final PlanSettings settings;
  private final InputOperation input;
  private final List<Operation> operations;
  private final Activations output;
  private final Kernels kernels;
  private final Optional<IntegerTwin> twin;
  private final StepWatch watch = new StepWatch();

  private HostPlan(
      Kernels kernels,
      PlanSettings settings,
      InputOperation input,
      List<Operation> operations,
      Optional<IntegerTwin> twin) {
    this.kernels = kernels;
    this.twin = twin;
    this.settings = settings;
    this.input = input;
    this.operations = operations;
    this.output = operations.get(operations.size() - 1).output();
  }

  static HostPlan compile(
      Kernels kernels,
      QuantizedGraph graph,
      InputNormalization normalization,
      PlanSettings settings) {
    InputOperation input = new InputOperation(graph, normalization, settings);
    OperationFactory factory = new OperationFactory(kernels, graph, settings, input.output());
    List<Operation> operations = new ArrayList<>();
    try {
      graph.graph().blocks().forEach(block -> operations.add(factory.operation(block, operations)));
    } catch (RuntimeException e) {
      operations.forEach(Operation::close);
      throw e;
    }
    return new HostPlan(
        kernels,
        settings,
        input,
        operations,
        IntegerTwin.of(graph, normalization, settings, input.output(), operations));
  }

  @Override
  public PlanSettings settings() {
    return settings;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    watch.start();
    input.load(ranges);
    operations.forEach(operation -> operation.load(parameters, statistics, ranges));
    twin.ifPresent(integers -> integers.load(parameters, statistics, ranges));
    watch.loaded();
  }

  @Override
  public void train(
      float[] raw,
      Targets targets,
      LossFunction loss,
      DropoutKey dropout,
      MicroBatchResult result) {
    result.clear();
    watch.start();
    forward(raw, new MicroBatchContext(Pass.TRAINING, result, dropout));
    watch.forwardEnds(result);
    operations.forEach(operation -> operation.output().clearGradient());
    result.loss = loss.apply(output.data, targets, output.diff);
    if (!Double.isFinite(result.loss)) {
      result.firstNonFinite = firstNonFinite();
    }
    watch.lossEnds();
    for (int i = operations.size() - 1; i >= 0; i--) {
      operations.get(i).backward(result);
    }
    watch.backwardEnds();
  }

  @Override
  public void calibrate(float[] raw, MicroBatchResult result) {
    result.clear();
    forward(raw, new MicroBatchContext(Pass.INFERENCE, result, NO_DROPOUT));
  }

  @Override
  public void infer(float[] raw, float[] outputs) {
    forward(raw, new MicroBatchContext(Pass.INFERENCE, null, NO_DROPOUT));
    for (int i = 0; i < output.data.length; i++) {
      outputs[i] = output.scale * output.data[i];
    }
  }

  private void forward(float[] raw, MicroBatchContext context) {
    input.forward(raw, context);
    for (int block = 0; block < operations.size(); block++) {
      operations.get(block).forward(context);
      if (twin.isPresent()) {
        twin.get().correct(block);
      }
    }
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

  @Override
  public BlockOutput output(int block) {
    Activations of = block == BlockGraph.INPUT ? input.output() : operations.get(block).output();
    return new BlockOutput(of.data.clone(), of.scale, of.isCodes);
  }

  @Override
  public StepTimes times() {
    return watch.times();
  }

  @Override
  public PlanMemory memory() {
    long kept = input.keptForBackwardBytes();
    for (Operation operation : operations) {
      kept += operation.keptForBackwardBytes();
    }
    return new PlanMemory(kernels.peakNativeBytes(), kept);
  }

  @Override
  public void close() {
    operations.forEach(Operation::close);
  }
}
