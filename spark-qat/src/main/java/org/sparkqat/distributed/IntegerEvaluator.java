package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.data.Shard;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.quantization.Rounding;

/**
 * Evaluates a sharded data set by integer-only arithmetic, beside quantized evaluation; sums are
 * made in the order of the shards.
 */
final class IntegerEvaluator {

  private final JavaSparkContext context;
  private final JavaRDD<Shard> shards;
  private final Broadcast<byte[]> specification;
  private final int classes;

  IntegerEvaluator(
      JavaSparkContext context,
      JavaRDD<Shard> shards,
      Broadcast<byte[]> specification,
      int classes) {
    this.context = context;
    this.shards = shards;
    this.specification = specification;
    this.classes = classes;
  }

  IntegerEvaluation evaluate(StepOrder order, Rounding rounding) {
    Broadcast<byte[]> orders = context.broadcast(order.encode());
    try {
      List<IntegerSums> sums =
          sums(orders, rounding).collect().stream()
              .map(IntegerSums::decode)
              .sorted(Comparator.comparingInt(IntegerSums::shard))
              .toList();
      IntegerSums total = IntegerSums.none(0);
      for (IntegerSums each : sums) {
        total = total.add(each.sums(), each.differing());
      }
      return new IntegerEvaluation(Evaluation.of(total.sums(), classes), total.differing());
    } finally {
      orders.destroy();
    }
  }

  private JavaRDD<byte[]> sums(Broadcast<byte[]> orders, Rounding rounding) {
    Broadcast<byte[]> job = specification;
    String policy = rounding.name();
    return shards.mapPartitions(
        part -> {
          StepOrder order = StepOrder.decode(orders.value());
          return ExecutorWorkers.with(
                  job.value(), worker -> sums(worker, order, Rounding.valueOf(policy), part))
              .iterator();
        });
  }

  private static List<byte[]> sums(
      Worker worker, StepOrder order, Rounding rounding, Iterator<Shard> part) {
    IntegerModel model = worker.integers(order, rounding);
    List<byte[]> sums = new ArrayList<>();
    while (part.hasNext()) {
      sums.add(worker.interpret(order, model, part.next()).encode());
    }
    return sums;
  }
}
