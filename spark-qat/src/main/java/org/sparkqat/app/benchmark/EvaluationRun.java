package org.sparkqat.app.benchmark;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.training.TrainedModel;

/** Evaluates the batch of a workload with a trained model, and times each time. */
final class EvaluationRun implements AutoCloseable {

  private final float[] raw;
  private final Kernels kernels;
  private final Plan plan;
  private final float[] outputs;

  EvaluationRun(Workload workload, TrainedModel model, Arithmetic arithmetic) {
    this.raw = workload.raw();
    this.outputs = new float[workload.settings().batch() * Workload.CLASSES];
    this.kernels = Engines.open(workload.settings().engine(), workload.settings().threads());
    try {
      this.plan = workload.plan(kernels, arithmetic, Normalization.RUNNING);
    } catch (RuntimeException e) {
      kernels.close();
      throw e;
    }
    plan.load(model.parameters(), model.statistics(), model.ranges());
  }

  /** Nanoseconds of one evaluation. */
  long evaluate() {
    long start = System.nanoTime();
    plan.infer(raw, outputs);
    return System.nanoTime() - start;
  }

  @Override
  public void close() {
    plan.close();
    kernels.close();
  }
}
