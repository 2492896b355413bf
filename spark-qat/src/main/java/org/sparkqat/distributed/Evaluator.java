package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.data.Shard;

/**
 * Runs the evaluation of an order over a sharded data set; sums are made in the order of the
 * shards.
 */
final class Evaluator {

  private final JavaSparkContext context;
  private final JavaRDD<Shard> shards;
  private final Broadcast<byte[]> specification;
  private final int classes;

  Evaluator(
      JavaSparkContext context,
      JavaRDD<Shard> shards,
      Broadcast<byte[]> specification,
      int classes) {
    this.context = context;
    this.shards = shards;
    this.specification = specification;
    this.classes = classes;
  }

  Evaluation evaluate(StepOrder order) {
    Broadcast<byte[]> orders = context.broadcast(order.encode());
    try {
      List<ShardSums> sums =
          sums(orders).collect().stream()
              .map(ShardSums::decode)
              .sorted(Comparator.comparingInt(ShardSums::shard))
              .toList();
      EvaluationSums total = EvaluationSums.EMPTY;
      for (ShardSums each : sums) {
        total = total.merge(each.sums());
      }
      return Evaluation.of(total, classes);
    } finally {
      orders.destroy();
    }
  }

  /** Frees what its workers must know; to be called by its only owner. */
  void close() {
    specification.destroy();
  }

  private JavaRDD<byte[]> sums(Broadcast<byte[]> orders) {
    Broadcast<byte[]> job = specification;
    return shards.mapPartitions(
        part -> {
          StepOrder order = StepOrder.decode(orders.value());
          return ExecutorWorkers.with(job.value(), worker -> evaluate(worker, order, part))
              .iterator();
        });
  }

  private static List<byte[]> evaluate(Worker worker, StepOrder order, Iterator<Shard> part) {
    List<byte[]> sums = new ArrayList<>();
    while (part.hasNext()) {
      Shard shard = part.next();
      sums.add(new ShardSums(shard.index(), worker.evaluate(order, shard)).encode());
    }
    return sums;
  }
}
