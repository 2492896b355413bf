package org.sparkqat.engine.onednn;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.BlockOutput;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanMemory;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.StepTimes;
import org.sparkqat.engine.StepWatch;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.Activation;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

/**
 * A plan that stays in native memory from the input to the gradients: channels last, 8-bit codes
 * between quantized blocks.
 */
final class NativePlan implements Plan {

  private final PlanSettings settings;
  private final Ownership owned = new Ownership();
  private final Consumer<NativePlan> onClose;
  private final Context context;
  private final InputBlock input;
  private final List<CompiledBlock> blocks;
  private final OutputPort output;
  private final Shape outputShape;
  private final QuantizedGraph graph;
  private final float[] outputs;
  private final float[] diffOutputs;
  private final StepWatch watch = new StepWatch();
  private DropoutKey dropout = new DropoutKey(0, 0, 0);
  private @Nullable Loaded loaded;
  private boolean serves;
  private boolean trains;
  private boolean served;
  private boolean closed;

  NativePlan(
      Context context,
      QuantizedGraph graph,
      InputNormalization normalization,
      PlanSettings settings,
      Consumer<NativePlan> onClose) {
    this.onClose = onClose;
    this.context = context;
    this.graph = graph;
    this.settings = settings;
    context.useThreads();
    try {
      Scratch scratch = new Scratch(context, owned);
      this.input = input(normalization, scratch);
      this.blocks =
          new BlockMaker(context, owned, scratch, graph, settings, input.output(), () -> dropout)
              .make();
      this.outputShape = graph.graph().output().outputShape();
      Feature last = blocks.get(blocks.size() - 1).output();
      this.output = new OutputPort(new Workshop(context, "the output", owned), outputShape, last);
      this.outputs = new float[last.extent().size()];
      this.diffOutputs = new float[outputs.length];
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private InputBlock input(InputNormalization normalization, Scratch scratch) {
    Workshop workshop = new Workshop(context, "the input", owned);
    Shape shape = graph.graph().network().inputShape();
    Extent extent = Extent.of(shape, settings.microBatch());
    StageMaker stages = new StageMaker(settings, scratch);
    Feature dst = stages.feature(workshop, extent, graph.input(), Activation.NONE, false);
    Feature packed = InputBlock.packed(workshop, shape, dst);
    Stage stage = stages.stage(workshop, BlockGraph.INPUT, packed, graph.input(), Activation.NONE);
    return new InputBlock(workshop, shape, normalization, packed, dst, stage);
  }

  @Override
  public PlanSettings settings() {
    return settings;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    watch.start();
    apply(new Loaded(parameters, statistics, ranges));
    watch.loaded();
  }

  /** Numbers that were taken only in part are none. */
  private void apply(@Nullable Loaded numbers) {
    requireOpen();
    loaded = null;
    if (numbers == null) {
      return;
    }
    context.useThreads();
    input.load(numbers.ranges);
    blocks.forEach(b -> b.load(numbers.parameters, numbers.statistics, numbers.ranges));
    loaded = numbers;
  }

  @Override
  public void train(
      float[] raw, Targets targets, LossFunction loss, DropoutKey key, MicroBatchResult result) {
    requireLoaded();
    if (!trains) {
      input.prepareTraining();
      blocks.forEach(CompiledBlock::prepareTraining);
      output.prepareTraining();
      apply(loaded);
      trains = true;
    }
    result.clear();
    dropout = key;
    served = false;
    watch.start();
    forward(raw, true, result);
    watch.forwardEnds(result);
    output.read(outputs);
    double value = loss.apply(outputs, targets, diffOutputs);
    result.setLoss(result.firstNonFinite() < 0 ? value : Double.NaN);
    output.writeGradient(diffOutputs);
    watch.lossEnds();
    for (int i = blocks.size() - 1; i >= 0; i--) {
      blocks.get(i).backward(result);
    }
    watch.backwardEnds();
  }

  private void forward(float[] raw, boolean training, @Nullable MicroBatchResult result) {
    input.forward(raw, training, result);
    for (int i = 0; i < blocks.size(); i++) {
      blocks.get(i).forward(training, result);
    }
  }

  @Override
  public void calibrate(float[] raw, MicroBatchResult result) {
    requireLoaded();
    result.clear();
    served = false;
    forward(raw, false, result);
  }

  @Override
  public void infer(float[] raw, float[] into) {
    requireLoaded();
    if (!serves) {
      blocks.forEach(CompiledBlock::prepareServing);
      apply(loaded);
      serves = true;
    }
    input.forward(raw, false, null);
    blocks.forEach(CompiledBlock::serve);
    served = true;
    output.read(outputs);
    input.spreadNan(outputs, settings.microBatch());
    System.arraycopy(outputs, 0, into, 0, outputs.length);
  }

  private void requireLoaded() {
    requireOpen();
    context.useThreads();
    if (loaded == null) {
      throw new IllegalStateException("Cannot compute: no parameters are loaded (call load first)");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("Cannot compute: the plan is closed");
    }
  }

  @Override
  public BlockOutput output(int block) {
    requireOpen();
    context.useThreads();
    boolean isInput = block == BlockGraph.INPUT;
    if (served && !isInput) {
      blocks.get(block).reveal();
    }
    Feature of = isInput ? input.output() : blocks.get(block).output();
    Shape shape =
        isInput
            ? graph.graph().network().inputShape()
            : graph.graph().blocks().get(block).outputShape();
    try (Ownership own = new Ownership()) {
      return OutputPort.copy(new Workshop(context, "a copy", own), shape, of);
    }
  }

  @Override
  public StepTimes times() {
    return watch.times();
  }

  @Override
  public PlanMemory memory() {
    long kept = input.output().bytes();
    for (CompiledBlock block : blocks) {
      kept += block.keptForBackwardBytes();
    }
    return new PlanMemory(context.account.peakBytes(), kept);
  }

  @Override
  public void close() {
    closed = true;
    owned.close();
    onClose.accept(this);
  }

  /** The numbers in force. */
  private record Loaded(float[] parameters, float[] statistics, Ranges ranges) {}
}
