package org.sparkqat.distributed;

import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.evaluation.Evaluator;
import org.sparkqat.distributed.evaluation.JobEvaluator;
import org.sparkqat.distributed.exchange.ShardGroups;

/** The shards that the networks of a job are evaluated on. */
record EvaluationData(ShardGroups test, Optional<ShardGroups> validation) implements AutoCloseable {

  /**
   * Groups the shards of the data.
   *
   * @param groups of a data set, for the workers of the job
   */
  static EvaluationData of(
      ShardedDataset test,
      Optional<ShardedDataset> validation,
      Function<ShardedDataset, ShardGroups> groups) {
    ShardGroups testing = groups.apply(test);
    try {
      return new EvaluationData(testing, validation.map(groups));
    } catch (RuntimeException e) {
      testing.close();
      throw e;
    }
  }

  /** Who evaluates networks on it. */
  JobEvaluator evaluator(JavaSparkContext context, Broadcast<byte[]> specification, int classes) {
    return new JobEvaluator(
        new Evaluator(context, test.rdd(), specification, classes),
        validation.map(each -> new Evaluator(context, each.rdd(), specification, classes)));
  }

  @Override
  public void close() {
    try (test) {
      validation.ifPresent(ShardGroups::close);
    }
  }
}
