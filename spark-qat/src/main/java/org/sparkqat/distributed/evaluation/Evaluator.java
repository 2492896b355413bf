package org.sparkqat.distributed.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.data.Shard;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.worker.EvaluationSums;
import org.sparkqat.distributed.worker.ExecutorWorkers;
import org.sparkqat.distributed.worker.IntegerSums;
import org.sparkqat.distributed.worker.Worker;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.quantization.Rounding;

/**
 * Runs the evaluation of an order over a sharded data set; sums are made in the order of the
 * shards.
 */
public final class Evaluator {

  /** What a worker finds in the shards of a partition, encoded. */
  private interface Work extends Serializable {
    List<byte[]> of(Worker worker, StepOrder order, Iterator<Shard> part);
  }

  private final JavaSparkContext context;
  private final JavaRDD<Shard> shards;
  private final Broadcast<byte[]> specification;
  private final int classes;

  public Evaluator(
      JavaSparkContext context,
      JavaRDD<Shard> shards,
      Broadcast<byte[]> specification,
      int classes) {
    this.context = context;
    this.shards = shards;
    this.specification = specification;
    this.classes = classes;
  }

  public Evaluation evaluate(StepOrder order) {
    EvaluationSums total = EvaluationSums.EMPTY;
    for (ShardSums each : run(order, Evaluator::sums, ShardSums::decode, ShardSums::shard)) {
      total = total.merge(each.sums());
    }
    return Evaluation.of(total, classes);
  }

  /** Evaluates by integer-only arithmetic, beside quantized evaluation. */
  IntegerEvaluation evaluateIntegers(StepOrder order, Rounding rounding) {
    Work work = (worker, orders, part) -> integerSums(worker, orders, rounding, part);
    IntegerSums total = IntegerSums.none(0);
    for (IntegerSums each : run(order, work, IntegerSums::decode, IntegerSums::shard)) {
      total = total.add(each.sums(), each.differing());
    }
    return new IntegerEvaluation(Evaluation.of(total.sums(), classes), total.differing());
  }

  /** Frees what its workers must know; to be called by its only owner. */
  public void close() {
    specification.destroy();
  }

  /** What was found in each shard, in their order. */
  private <T> List<T> run(
      StepOrder order, Work work, Function<byte[], T> decoded, ToIntFunction<T> shard) {
    Broadcast<byte[]> orders = context.broadcast(order.encode());
    try {
      return found(orders, work).collect().stream()
          .map(decoded)
          .sorted(Comparator.comparingInt(shard))
          .toList();
    } finally {
      orders.destroy();
    }
  }

  private JavaRDD<byte[]> found(Broadcast<byte[]> orders, Work work) {
    Broadcast<byte[]> job = specification;
    return shards.mapPartitions(
        part -> {
          StepOrder order = StepOrder.decode(orders.value());
          return ExecutorWorkers.with(job.value(), worker -> work.of(worker, order, part))
              .iterator();
        });
  }

  private static List<byte[]> sums(Worker worker, StepOrder order, Iterator<Shard> part) {
    List<byte[]> sums = new ArrayList<>();
    while (part.hasNext()) {
      Shard shard = part.next();
      sums.add(new ShardSums(shard.index(), worker.evaluate(order, shard)).encode());
    }
    return sums;
  }

  private static List<byte[]> integerSums(
      Worker worker, StepOrder order, Rounding rounding, Iterator<Shard> part) {
    IntegerModel model = worker.integers(order, rounding);
    List<byte[]> sums = new ArrayList<>();
    while (part.hasNext()) {
      sums.add(worker.interpret(order, model, part.next()).encode());
    }
    return sums;
  }
}
