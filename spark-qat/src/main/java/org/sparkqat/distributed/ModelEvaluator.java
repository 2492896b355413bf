package org.sparkqat.distributed;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.engine.Arithmetic;
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
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<byte[]> job = context.broadcast(specification.encode());
    try {
      Evaluator evaluator = new Evaluator(context, data.rdd(), job, specification.classes());
      return evaluator.evaluate(
          StepOrder.ofInference(
              arithmetic, state.parameters(), state.statistics(), state.ranges()));
    } finally {
      job.destroy();
    }
  }
}
