package org.sparkqat.distributed.probe;

import java.util.Arrays;
import java.util.List;
import org.sparkqat.analysis.Calibration;
import org.sparkqat.analysis.Hutchinson;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.distributed.worker.EvaluationSums;
import org.sparkqat.distributed.worker.InstructionSets;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;

/** Carries out the tasks of a {@link ProbeJob}; used by one thread. */
final class Probe implements AutoCloseable {

  private final WorkerSpecification specification;
  private final StepOrder model;
  private final SampledExamples sample;
  private final float[] reference;
  private final Kernels kernels;
  private final float[] raw;
  private final Targets targets;
  private final int width;

  /**
   * A probe of one model.
   *
   * @param model holds its numbers
   * @param reference outputs of the float network for the sample; empty: not known yet
   */
  Probe(
      WorkerSpecification specification,
      StepOrder model,
      SampledExamples sample,
      float[] reference) {
    this.specification = specification;
    this.model = model;
    this.sample = sample;
    this.reference = reference;
    int microBatch = specification.microBatch();
    this.width = specification.network().output().shape().size();
    this.raw = new float[microBatch * specification.network().inputShape().size()];
    this.targets =
        specification.classes() > 0
            ? Targets.ofLabels(specification.classes(), microBatch)
            : Targets.ofValues(microBatch, width);
    this.kernels = InstructionSets.open(specification);
  }

  /** What a task found, as bytes. */
  byte[] run(ProbeTask task) {
    if (task instanceof ProbeTask.Count count) {
      return counted(count.scheme());
    }
    if (task instanceof ProbeTask.Evaluate evaluate) {
      return evaluated(evaluate);
    }
    if (task instanceof ProbeTask.Hessian hessian) {
      Hutchinson estimator =
          new Hutchinson(
              specification.network(), model.parameters(), specification.seed(), hessian.step());
      return numbers(estimator.estimate(hessian.number(), this::gradient));
    }
    return numbers(squaredNorms());
  }

  private static byte[] numbers(double[] values) {
    return Wire.writer(16 + 8L * values.length).putDoubles(values).bytes();
  }

  private int microBatches() {
    return sample.size() / specification.microBatch();
  }

  private void take(int microBatch) {
    System.arraycopy(sample.raw(), microBatch * raw.length, raw, 0, raw.length);
    int first = microBatch * specification.microBatch();
    for (int i = 0; i < specification.microBatch(); i++) {
      float target = sample.targets()[first + i];
      if (targets.classes() > 0) {
        targets.labels()[i] = (int) target;
      } else {
        targets.values()[i] = target;
      }
    }
  }

  private QuantizedGraph graph(QuantizationScheme scheme) {
    return QuantizedGraph.of(BlockGraph.of(specification.network()), scheme);
  }

  private Plan plan(QuantizedGraph graph, Arithmetic arithmetic, Ranges ranges) {
    PlanSettings settings =
        new PlanSettings(specification.microBatch(), arithmetic, Normalization.RUNNING);
    Plan plan = Plan.compile(kernels, graph, specification.normalization(), settings);
    plan.load(model.parameters(), model.statistics(), ranges);
    return plan;
  }

  /** Ranges of one pass, and counts over them of another one. */
  private byte[] counted(QuantizationScheme scheme) {
    QuantizedGraph graph = graph(scheme);
    MicroBatchResult result = new MicroBatchResult(graph);
    Ranges observed = Ranges.empty(graph.slots());
    try (Plan plan = plan(graph, Arithmetic.CALIBRATION, observed)) {
      for (int i = 0; i < microBatches(); i++) {
        take(i);
        plan.calibrate(raw, result);
        observed.union(result.observed());
      }
    }
    result.clearHistograms();
    try (Plan plan = plan(graph, Arithmetic.HISTOGRAM, observed)) {
      for (int i = 0; i < microBatches(); i++) {
        take(i);
        plan.calibrate(raw, result);
      }
    }
    return Wire.writer(64 + 4L * 2 * graph.slots() + 8L * result.histograms().length)
        .putFloats(observed.flat())
        .putLongs(result.histograms())
        .bytes();
  }

  static Calibration calibration(QuantizedGraph graph, byte[] counted) {
    Wire wire = Wire.reader(counted);
    return new Calibration(graph, Ranges.ofFlat(wire.getFloats()), wire.getLongs());
  }

  private byte[] evaluated(ProbeTask.Evaluate task) {
    EvaluationSums sums = EvaluationSums.EMPTY;
    int microBatch = specification.microBatch();
    float[] outputs = new float[microBatch * width];
    float[] all = new float[sample.size() * width];
    try (Plan plan = plan(graph(task.scheme()), task.arithmetic(), task.ranges())) {
      for (int i = 0; i < microBatches(); i++) {
        take(i);
        plan.infer(raw, outputs);
        sums = sums.merge(EvaluationSums.of(outputs, targets, microBatch, specification.loss()));
        System.arraycopy(outputs, 0, all, i * outputs.length, outputs.length);
      }
    }
    double[] power = power(all);
    boolean isReference = reference.length == 0;
    Wire wire = Wire.writer(256 + (isReference ? 4L * all.length : 0));
    sums.write(wire);
    return wire.putDouble(power[0])
        .putDouble(power[1])
        .putFloats(isReference ? all : new float[0])
        .bytes();
  }

  /** Mean square of the difference from the reference, and of the reference. */
  private double[] power(float[] outputs) {
    float[] expected = reference.length == 0 ? outputs : reference;
    double noise = 0;
    double signal = 0;
    for (int i = 0; i < outputs.length; i++) {
      double difference = (double) outputs[i] - expected[i];
      noise += difference * difference;
      signal += (double) expected[i] * expected[i];
    }
    return new double[] {noise / outputs.length, signal / outputs.length};
  }

  /** Gradient of the float network's mean loss, with running statistics. */
  private double[] gradient(float[] parameters) {
    double[] sum = new double[parameters.length];
    eachGradient(
        parameters,
        gradient -> {
          for (int i = 0; i < sum.length; i++) {
            sum[i] += gradient[i];
          }
        });
    Arrays.setAll(sum, i -> sum[i] / microBatches());
    return sum;
  }

  private double[] squaredNorms() {
    List<Parameter> weights = Hutchinson.weights(specification.network());
    double[] squares = new double[weights.size()];
    eachGradient(
        model.parameters(),
        gradient -> {
          for (int l = 0; l < squares.length; l++) {
            for (int i = weights.get(l).offset(); i < weights.get(l).end(); i++) {
              squares[l] += (double) gradient[i] * gradient[i];
            }
          }
        });
    Arrays.setAll(squares, l -> squares[l] / microBatches());
    return squares;
  }

  private interface Sink {
    void add(float[] gradient);
  }

  private void eachGradient(float[] parameters, Sink sink) {
    QuantizedGraph graph = graph(specification.scheme());
    MicroBatchResult result = new MicroBatchResult(graph);
    Ranges none = Ranges.empty(graph.slots());
    try (Plan plan = plan(graph, Arithmetic.FLOAT, none)) {
      plan.load(parameters, model.statistics(), none);
      for (int i = 0; i < microBatches(); i++) {
        take(i);
        DropoutKey dropout = new DropoutKey(specification.seed(), i, 0);
        plan.train(raw, targets, specification.loss(), dropout, result);
        sink.add(result.gradient());
      }
    }
  }

  @Override
  public void close() {
    kernels.close();
  }
}
