package org.sparkqat.distributed;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.training.TreeSum;

/**
 * One Spark job a step: the order is broadcast, each task computes its shards, the driver completes
 * the tree. Works wherever Spark does, and is what faster exchanges are compared with.
 */
final class JobPerStepExchange implements Exchange {

  private final JavaSparkContext context;
  private final ShardGroups shards;
  private final int shardCount;
  private final Broadcast<byte[]> specification;
  private ExchangeTimes times = ExchangeTimes.NONE;

  /**
   * An exchange over a data set.
   *
   * @param shards the shards, in tasks of contiguous ranges
   */
  JobPerStepExchange(
      JavaSparkContext context,
      ShardGroups shards,
      int shardCount,
      Broadcast<byte[]> specification) {
    this.context = context;
    this.shards = shards;
    this.shardCount = shardCount;
    this.specification = specification;
  }

  @Override
  public StepResult step(StepOrder order) {
    Broadcast<byte[]> orders = context.broadcast(order.encode());
    try {
      List<byte[]> messages = results(orders).collect();
      TreeSum<StepResult> sum = new TreeSum<>(shardCount, StepResult::merge);
      ExchangeTimes.Sum spent = new ExchangeTimes.Sum();
      messages.forEach(message -> PartialResults.addTo(sum, order.step(), message, spent));
      times = spent.times();
      return sum.total();
    } finally {
      orders.destroy();
    }
  }

  private JavaRDD<byte[]> results(Broadcast<byte[]> orders) {
    Broadcast<byte[]> job = specification;
    return shards
        .rdd()
        .mapPartitions(
            part -> {
              StepOrder order = StepOrder.decode(orders.value());
              byte[] message =
                  ExecutorWorkers.with(
                      job.value(),
                      worker -> {
                        long start = System.nanoTime();
                        TreeSum<StepResult> computed = worker.step(order, part);
                        long nanos = System.nanoTime() - start;
                        return PartialResults.encode(order.step(), nanos, computed);
                      });
              return List.of(message).iterator();
            });
  }

  @Override
  public ExchangeTimes times() {
    return times;
  }

  @Override
  public void close() {
    specification.destroy();
  }
}
