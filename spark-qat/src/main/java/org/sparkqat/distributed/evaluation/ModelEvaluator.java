package org.sparkqat.distributed.evaluation;

import java.util.function.BiFunction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.training.TrainingState;

/** Evaluates the states of a training job on a sharded data set. */
public final class ModelEvaluator {

  private final SparkSession spark;
  private final WorkerSpecification specification;

  public ModelEvaluator(SparkSession spark, WorkerSpecification specification) {
    this.spark = spark;
    this.specification = specification;
  }

  /** Loss and accuracy over all examples of the data set, with the numbers of a state. */
  public Evaluation evaluate(TrainingState state, Arithmetic arithmetic, ShardedDataset data) {
    return with(
        (context, job) ->
            new Evaluator(context, data.rdd(), job, specification.classes())
                .evaluate(order(state, arithmetic)));
  }

  /**
   * Loss and accuracy by integer-only arithmetic, and how many predictions are not those of
   * quantized evaluation.
   *
   * @throws IllegalArgumentException when the network has no integer-only form, before anything
   *     runs
   */
  public IntegerEvaluation evaluateIntegers(
      TrainingState state, Rounding rounding, ShardedDataset data) {
    IntegerModel.compile(
        QuantizedGraph.of(BlockGraph.of(specification.network()), specification.scheme()),
        specification.normalization(),
        state.parameters(),
        state.statistics(),
        state.ranges(),
        rounding);
    return with(
        (context, job) ->
            new Evaluator(context, data.rdd(), job, specification.classes())
                .evaluateIntegers(order(state, Arithmetic.QUANTIZED), rounding));
  }

  private static StepOrder order(TrainingState state, Arithmetic arithmetic) {
    return StepOrder.ofInference(
        arithmetic, state.parameters(), state.statistics(), state.ranges());
  }

  private <T> T with(BiFunction<JavaSparkContext, Broadcast<byte[]>, T> work) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<byte[]> job = context.broadcast(specification.encode());
    try {
      return work.apply(context, job);
    } finally {
      job.destroy();
    }
  }
}
