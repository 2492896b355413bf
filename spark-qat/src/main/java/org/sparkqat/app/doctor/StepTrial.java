package org.sparkqat.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanMemory;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;

/** Trains the network of a job on synthetic examples for a moment, on one core of this machine. */
final class StepTrial {

  private static final int MOST_STEPS = 10;
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

  private final WorkerSpecification job;
  private final Network network;
  private final QuantizedGraph graph;
  private final float[] parameters;
  private final float[] statistics;
  private final float[] raw;
  private final MicroBatchResult result;

  StepTrial(WorkerSpecification job) {
    this.job = job;
    this.network = job.network();
    this.graph = QuantizedGraph.of(BlockGraph.of(network), job.scheme());
    this.parameters = Initialization.parameters(network, job.seed());
    this.statistics = Initialization.statistics(network);
    this.raw = examples();
    this.result = new MicroBatchResult(graph);
  }

  /** Runs a few micro-batches of each kind. */
  StepCost run() {
    try (Kernels kernels = Engines.open(job.engine(), job.threads())) {
      Ranges ranges = calibrated(kernels);
      StepCost.Mode floating = train(kernels, Arithmetic.FLOAT, ranges);
      StepCost.Mode quantized = train(kernels, Arithmetic.QUANTIZED, ranges);
      // What a native plan keeps is a part of what it holds outside the heap.
      boolean isNative = quantized.nativeBytes() >= quantized.keptBytes();
      return new StepCost(floating, quantized, evaluate(kernels, ranges), isNative);
    }
  }

  /** Normalized values from -1 to 1. */
  private float[] examples() {
    InputNormalization normalization = job.normalization();
    float[] offset = normalization.offset();
    float[] factor = normalization.factor();
    int size = network.inputShape().size();
    int spatial = network.inputShape().spatial();
    float[] values = new float[job.microBatch() * size];
    for (int i = 0; i < values.length; i++) {
      int channel = i % size / spatial % offset.length;
      float value = 2 * CounterRandom.uniform(job.seed(), Purpose.SYNTHETIC, 2, i, 0) - 1;
      values[i] = offset[channel] + value / factor[channel];
    }
    return values;
  }

  private Targets targets() {
    if (job.classes() == 0) {
      return Targets.ofValues(job.microBatch(), network.output().shape().size());
    }
    Targets targets = Targets.ofLabels(job.classes(), job.microBatch());
    for (int i = 0; i < job.microBatch(); i++) {
      targets.labels()[i] = i % job.classes();
    }
    return targets;
  }

  private Plan plan(Kernels kernels, Arithmetic arithmetic, Normalization normalization) {
    PlanSettings settings = new PlanSettings(job.microBatch(), arithmetic, normalization);
    return Plan.compile(kernels, graph, job.normalization(), settings);
  }

  private Ranges calibrated(Kernels kernels) {
    try (Plan plan = plan(kernels, Arithmetic.CALIBRATION, Normalization.BATCH)) {
      plan.load(parameters, statistics, Ranges.empty(graph.slots()));
      plan.calibrate(raw, result);
      return result.observed().copy();
    }
  }

  private StepCost.Mode train(Kernels kernels, Arithmetic arithmetic, Ranges ranges) {
    Targets targets = targets();
    try (Plan plan = plan(kernels, arithmetic, Normalization.BATCH)) {
      double millis =
          median(
              step -> {
                plan.load(parameters, statistics, ranges);
                plan.train(raw, targets, job.loss(), new DropoutKey(1, step, 0), result);
              });
      PlanMemory memory = plan.memory();
      return new StepCost.Mode(millis, memory.peakNativeBytes(), memory.keptForBackwardBytes());
    }
  }

  private double evaluate(Kernels kernels, Ranges ranges) {
    float[] outputs = new float[job.microBatch() * network.output().shape().size()];
    try (Plan plan = plan(kernels, Arithmetic.QUANTIZED, Normalization.RUNNING)) {
      plan.load(parameters, statistics, ranges);
      return median(step -> plan.infer(raw, outputs));
    }
  }

  private interface Work {
    void run(int step);
  }

  /** Milliseconds; the first time, which compiles, does not count. */
  private static double median(Work work) {
    work.run(0);
    List<Long> nanos = new ArrayList<>();
    long end = System.nanoTime() + MOST_NANOS;
    for (int step = 1; step == 1 || (step <= MOST_STEPS && System.nanoTime() < end); step++) {
      long start = System.nanoTime();
      work.run(step);
      nanos.add(System.nanoTime() - start);
    }
    return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElse(0L) * 1e-6;
  }
}
