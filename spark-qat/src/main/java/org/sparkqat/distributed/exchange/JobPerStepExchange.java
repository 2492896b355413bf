package org.sparkqat.distributed.exchange;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.data.Shard;
import org.sparkqat.distributed.wire.GradientForm;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.ErrorFeedback;
import org.sparkqat.distributed.worker.ExecutorWorkers;
import org.sparkqat.distributed.worker.PartialSums;
import org.sparkqat.distributed.worker.Worker;
import org.sparkqat.training.TreeSum;

/**
 * One Spark job a step: the order is broadcast, each task computes its shards, the driver completes
 * the tree. Works wherever Spark does, and is what faster exchanges are compared with. Here
 * gradients are rounded on the driver: nothing is saved, but the bits are the same.
 */
public final class JobPerStepExchange implements Exchange {

  private final JavaSparkContext context;
  private final ShardGroups shards;
  private final int shardCount;
  private final Broadcast<byte[]> specification;
  private final long timeoutSeconds;
  private ExchangeTimes times = ExchangeTimes.NONE;
  private final ErrorFeedback feedback = new ErrorFeedback();

  /**
   * An exchange over a data set.
   *
   * @param shards the shards, in tasks of contiguous ranges
   * @param timeoutSeconds how long a step may take
   */
  public JobPerStepExchange(
      JavaSparkContext context,
      ShardGroups shards,
      int shardCount,
      Broadcast<byte[]> specification,
      long timeoutSeconds) {
    this.context = context;
    this.shards = shards;
    this.shardCount = shardCount;
    this.specification = specification;
    this.timeoutSeconds = timeoutSeconds;
  }

  @Override
  public StepResult step(StepOrder order) {
    if (!feedback.isReadyFor(order)) {
      throw StateLostException.ofRoundingErrors(order.step());
    }
    Broadcast<byte[]> orders = context.broadcast(order.encode());
    try {
      List<byte[]> messages = collect(order.step(), results(orders));
      TreeSum<StepResult> sum = StepResult.driverSum(shardCount);
      ExchangeTimes.Sum spent = new ExchangeTimes.Sum();
      for (byte[] message : messages) {
        PartialResults.addTo(
            sum,
            order.step(),
            message,
            spent,
            (node, result) -> feedback.apply(order, node.from(), result.gradient()));
      }
      feedback.done(order);
      times = spent.times();
      return sum.total();
    } finally {
      orders.destroy();
    }
  }

  private List<byte[]> collect(long step, JavaRDD<byte[]> results) {
    JavaFutureAction<List<byte[]>> job = results.collectAsync();
    try {
      return job.get(timeoutSeconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      job.cancel(true);
      throw new IllegalStateException(
          "Cannot complete step %d within %d s (raise cluster.step-timeout-seconds, or go on with --resume when the cluster has free slots)"
              .formatted(step, timeoutSeconds),
          e);
    } catch (ExecutionException e) {
      throw JobFailure.<RuntimeException>unchecked(JobFailure.cause(e));
    } catch (InterruptedException e) {
      job.cancel(true);
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Cannot complete step %d: the driver was interrupted".formatted(step), e);
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
                  ExecutorWorkers.with(job.value(), worker -> message(worker, order, part));
              return List.of(message).iterator();
            });
  }

  private static byte[] message(Worker worker, StepOrder order, Iterator<Shard> part) {
    boolean exact = order.form().equals(GradientForm.PLAIN);
    PartialSums sums = exact ? worker.sums() : worker.apart();
    long start = System.nanoTime();
    worker.step(order, part, sums::add);
    return PartialResults.encode(order.step(), System.nanoTime() - start, sums.parts());
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
