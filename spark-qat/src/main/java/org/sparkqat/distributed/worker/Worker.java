package org.sparkqat.distributed.worker;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.sparkqat.data.Augmenter;
import org.sparkqat.data.EpochOrder;
import org.sparkqat.data.Shard;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.ClipReport;

/** Computes micro-batches with compiled plans; used by one thread at a time. */
public final class Worker implements AutoCloseable {

  private final WorkerSpecification specification;
  private final QuantizedGraph graph;
  private final Kernels kernels;
  private final float[] outputs;
  private final MicroBatchResult result;
  private final Augmenter augmenter;
  private final float[] raw;
  private @Nullable Plan plan;
  private @Nullable StepOrder inForce;
  private final Targets targets;
  private @Nullable Lesson lesson;

  public Worker(WorkerSpecification specification) {
    this.specification = specification;
    this.graph = QuantizedGraph.of(BlockGraph.of(specification.network()), specification.scheme());
    this.kernels = InstructionSets.open(specification);
    this.result = new MicroBatchResult(graph);
    int size = specification.network().inputShape().size();
    this.augmenter =
        new Augmenter(
            specification.augmentations(),
            specification.network().inputShape(),
            specification.seed());
    this.raw = new float[specification.microBatch() * size];
    this.targets = targets(specification.microBatch());
    int width = specification.network().output().shape().size();
    this.outputs = new float[specification.microBatch() * width];
  }

  String instructionSet() {
    return kernels.instructionSet();
  }

  private Targets targets(int examples) {
    return specification.classes() > 0
        ? Targets.ofLabels(specification.classes(), examples)
        : Targets.ofValues(examples, specification.network().output().shape().size());
  }

  public ParameterLayout layout() {
    return specification.network().parameters();
  }

  public int microBatch() {
    return specification.microBatch();
  }

  public int classes() {
    return specification.classes();
  }

  /** Where the raw values of a micro-batch are put before {@link #infer}. */
  public float[] raw() {
    return raw;
  }

  /** The outputs for the raw values, valid until the next call. */
  public float[] infer(StepOrder order) {
    loaded(order).infer(raw, outputs);
    return outputs;
  }

  /**
   * The order's plan with the order's numbers, which are loaded once. Only one plan is kept: memory
   * matters more than a compilation at each end of an epoch.
   */
  @SuppressWarnings("ReferenceEquality") // the same object holds the same numbers
  private Plan loaded(StepOrder order) {
    PlanSettings settings =
        new PlanSettings(
            specification.microBatch(),
            order.arithmetic(),
            order.normalization(),
            specification.gradients());
    if (plan == null || !plan.settings().equals(settings)) {
      closePlan();
      plan = Plan.compile(kernels, graph, specification.normalization(), settings);
    }
    if (inForce != order) {
      plan.load(order.parameters(), order.statistics(), order.ranges());
      inForce = order;
    }
    return plan;
  }

  private void closePlan() {
    if (plan != null) {
      plan.close();
      plan = null;
      inForce = null;
    }
  }

  /** Where the results of single shards go, each valid until the next. */
  public interface Sink {
    void add(int shard, StepResult result);
  }

  /** Empty sums along the tree. */
  public PartialSums sums() {
    return PartialSums.summed(specification.shards());
  }

  /** No results yet, of which none will be summed. */
  public PartialSums apart() {
    return PartialSums.apart(specification.shards());
  }

  /** One step of the given shards. */
  public void step(StepOrder order, Iterator<Shard> shards, Sink sink) {
    while (shards.hasNext()) {
      Shard shard = shards.next();
      sink.add(shard.index(), result(order, shard));
    }
  }

  /** The result of a shard, valid until the next call; that of a divergence where there is none. */
  @SuppressWarnings("ReferenceEquality") // what is in force has been looked at
  private StepResult result(StepOrder order, Shard shard) {
    try {
      if (inForce != order) {
        SoundOrder.require(order, layout());
      }
      return microBatch(order, loaded(order), shard);
    } catch (NotFiniteException e) {
      return SoundOrder.diverged(result, layout(), e);
    }
  }

  /** The counts of a shard's values in all micro-batches before the order's. */
  private StepResult counted(StepOrder order, Plan current, Shard shard) {
    result.clearHistograms();
    for (int step = 0; step < order.stepOfEpoch(); step++) {
      gather(order, step, shard);
      current.calibrate(raw, result);
    }
    return StepResult.ofCounts(result);
  }

  /** The result of a shard, valid until the next call. */
  private StepResult microBatch(StepOrder order, Plan current, Shard shard) {
    if (order.arithmetic() == Arithmetic.HISTOGRAM) {
      return counted(order, current, shard);
    }
    gather(order, order.stepOfEpoch(), shard);
    if (order.arithmetic() == Arithmetic.CALIBRATION) {
      current.calibrate(raw, result);
      return StepResult.viewOf(result, new ClipReport(0, 1, 0, 0));
    }
    DropoutKey dropout = new DropoutKey(specification.seed(), order.step(), shard.index());
    current.train(raw, targets, loss(order), dropout, result);
    ClipReport clip =
        specification
            .clipping()
            .apply(result.gradient(), order.parameters(), specification.network().parameters());
    return StepResult.viewOf(result, clip);
  }

  /** The loss of the micro-batch at hand. */
  private LossFunction loss(StepOrder order) {
    if (specification.teacher().isEmpty() || order.arithmetic() != Arithmetic.QUANTIZED) {
      return specification.loss();
    }
    if (lesson == null) {
      Teacher teacher = specification.teacher().get();
      lesson = new Lesson(teacher, kernels, specification.microBatch());
    }
    return lesson.loss(specification.loss(), raw);
  }

  /** Collects the shard's micro-batch of a step in the epoch's order. */
  private void gather(StepOrder order, int stepOfEpoch, Shard shard) {
    EpochOrder epoch =
        EpochOrder.of(specification.seed(), order.epoch(), shard.index(), shard.size());
    int first = stepOfEpoch * specification.microBatch();
    int size = shard.featureSize();
    for (int i = 0; i < specification.microBatch(); i++) {
      int example = epoch.index(first + i);
      shard.features(example, raw, i * size);
      augmenter.apply(raw, i * size, order.epoch(), shard.index(), example);
      setTarget(targets, i, shard, example);
    }
  }

  private static void setTarget(Targets targets, int at, Shard shard, int example) {
    if (targets.classes() > 0) {
      targets.labels()[at] = shard.label(example);
    } else {
      targets.values()[at] = shard.target(example);
    }
  }

  /**
   * Fills the rest of a micro-batch with its first example, which changes no range of the tensors
   * at hand.
   */
  public void repeatFirst(int examples) {
    int size = raw.length / specification.microBatch();
    for (int i = examples; examples > 0 && i < specification.microBatch(); i++) {
      System.arraycopy(raw, 0, raw, i * size, size);
    }
  }

  /** Loss and hits over all examples of a shard, with running statistics. */
  public EvaluationSums evaluate(StepOrder order, Shard shard) {
    Plan current = loaded(order);
    EvaluationSums sums = EvaluationSums.EMPTY;
    for (int first = 0; first < shard.size(); first += specification.microBatch()) {
      int examples = take(shard, first);
      repeatFirst(examples);
      current.infer(raw, outputs);
      sums = sums.merge(EvaluationSums.of(outputs, targets, examples, specification.loss()));
    }
    return sums;
  }

  /** Takes a micro-batch of examples in their order; returns how many there are. */
  private int take(Shard shard, int first) {
    int examples = Math.min(specification.microBatch(), shard.size() - first);
    for (int i = 0; i < examples; i++) {
      shard.features(first + i, raw, i * shard.featureSize());
      setTarget(targets, i, shard, first + i);
    }
    return examples;
  }

  /** The integer-only form of the order's numbers. */
  public IntegerModel integers(StepOrder order, Rounding rounding) {
    return IntegerModel.compile(
        graph,
        specification.normalization(),
        order.parameters(),
        order.statistics(),
        order.ranges(),
        rounding);
  }

  /** As {@link #evaluate} with the outputs of an integer-only model, and what differs. */
  public IntegerSums interpret(StepOrder order, IntegerModel model, Shard shard) {
    Plan current = loaded(order);
    IntegerSums sums = IntegerSums.none(shard.index());
    float[] integers = new float[outputs.length];
    for (int first = 0; first < shard.size(); first += specification.microBatch()) {
      int examples = take(shard, first);
      current.infer(raw, outputs);
      model.infer(raw, integers);
      sums =
          sums.add(
              EvaluationSums.of(integers, targets, examples, specification.loss()),
              IntegerSums.differing(
                  integers,
                  outputs,
                  examples,
                  outputs.length / specification.microBatch(),
                  specification.classes()));
    }
    return sums;
  }

  @Override
  public void close() {
    closePlan();
    if (lesson != null) {
      lesson.close();
    }
    kernels.close();
  }
}
