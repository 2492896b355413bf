package org.sparkqat.distributed.worker;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;

/** A teacher, compiled: its outputs for each micro-batch, and the loss of its student. */
final class Lesson implements AutoCloseable {

  private final Teacher teacher;
  private final Plan plan;
  private final float[] outputs;

  Lesson(Teacher teacher, Kernels kernels, int microBatch) {
    this.teacher = teacher;
    QuantizedGraph graph =
        QuantizedGraph.of(BlockGraph.of(teacher.network()), QuantizationScheme.W8A8);
    PlanSettings settings =
        new PlanSettings(
            microBatch, Arithmetic.FLOAT, Normalization.RUNNING, GradientPrecision.FLOAT32);
    this.plan = Plan.compile(kernels, graph, teacher.normalization(), settings);
    plan.load(teacher.parameters(), teacher.statistics(), Ranges.empty(graph.slots()));
    this.outputs = new float[microBatch * teacher.network().output().shape().size()];
  }

  /**
   * The student's loss, valid until the next call.
   *
   * @param raw input of the micro-batch before normalization
   */
  LossFunction loss(LossFunction hard, float[] raw) {
    plan.infer(raw, outputs);
    return teacher.distillation().loss(hard, outputs);
  }

  @Override
  public void close() {
    plan.close();
  }
}
