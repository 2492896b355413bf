package org.sparkqat.app.benchmark;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanMemory;
import org.sparkqat.network.Network;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.RunningStatistics;
import org.sparkqat.training.TrainedModel;

/** Trains a workload step by step, as a job with one shard does, and times each step. */
final class TrainingRun implements AutoCloseable {

  private static final Loss LOSS = new Loss.SoftmaxCrossEntropy(0);
  private static final Clipping CLIPPING = new Clipping(5, 0, 0);
  private static final Optimizer OPTIMIZER = new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4);
  private static final double LEARNING_RATE = 0.001;

  private final Workload workload;
  private final Network network;
  private final Kernels kernels;
  private final Plan plan;
  private final MicroBatchResult result;
  private final float[] parameters;
  private final float[][] slots;
  private float[] statistics;
  private long steps;

  TrainingRun(Workload workload, Arithmetic arithmetic) {
    this.workload = workload;
    this.network = workload.network();
    this.result = new MicroBatchResult(workload.graph());
    this.parameters = workload.parameters().clone();
    this.statistics = workload.statistics().clone();
    this.slots = OPTIMIZER.initialSlots(network.parameters());
    this.kernels = Engines.open(workload.settings().engine(), workload.settings().threads());
    try {
      this.plan = workload.plan(kernels, arithmetic, Normalization.BATCH);
    } catch (RuntimeException e) {
      kernels.close();
      throw e;
    }
  }

  StepSample step() {
    steps++;
    long start = System.nanoTime();
    plan.load(parameters, statistics, workload.ranges());
    DropoutKey dropout = new DropoutKey(Workload.SEED, steps, 0);
    plan.train(workload.raw(), workload.targets(), LOSS, dropout, result);
    long trained = System.nanoTime();
    update();
    long end = System.nanoTime();
    requireFinite();
    return new StepSample(end - start, plan.times(), end - trained);
  }

  private void update() {
    float[] gradient = result.gradient();
    CLIPPING.apply(gradient, parameters, network.parameters());
    OPTIMIZER.update(parameters, gradient, slots, network.parameters(), LEARNING_RATE, steps);
    statistics =
        RunningStatistics.update(
            statistics, result.statisticSums(), result.statisticCounts(), network);
  }

  private void requireFinite() {
    if (!Double.isFinite(result.loss())) {
      throw new IllegalStateException(
          "Cannot time %s: its loss became %s at step %d (fewer steps or more bits may help)"
              .formatted(network.name(), result.loss(), steps));
    }
  }

  PlanMemory memory() {
    return plan.memory();
  }

  /** The network as it is after the latest step. */
  TrainedModel model() {
    return new TrainedModel(
        network,
        workload.normalization(),
        workload.settings().scheme(),
        parameters.clone(),
        statistics.clone(),
        workload.ranges());
  }

  String engine() {
    return kernels.name();
  }

  String instructionSet() {
    return kernels.instructionSet();
  }

  @Override
  public void close() {
    plan.close();
    kernels.close();
  }
}
