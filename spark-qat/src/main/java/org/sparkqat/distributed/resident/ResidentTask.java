package org.sparkqat.distributed.resident;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.sparkqat.data.Shard;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.DriverMessage;
import org.sparkqat.distributed.protocol.WorkerIdentity;
import org.sparkqat.distributed.protocol.WorkerMessage;
import org.sparkqat.distributed.slices.SlicedJob;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.GradientForm;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.worker.ErrorFeedback;
import org.sparkqat.distributed.worker.ExecutorWorkers;
import org.sparkqat.distributed.worker.PartialSums;
import org.sparkqat.distributed.worker.Worker;

/**
 * A task that stays for many steps: it holds its shards and a compiled engine, asks the driver for
 * an order, computes it, and brings the result with the next question.
 */
final class ResidentTask implements VoidFunction<Iterator<Shard>>, Serializable {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(ResidentTask.class);

  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Job job;

  ResidentTask(Job job) {
    this.job = job;
  }

  /**
   * What the tasks of a job have in common.
   *
   * @param run token of the job
   * @param host where the driver listens
   * @param silenceSeconds how long a task tries to reach the driver
   * @param slices how workers hold slices; null: they do not
   */
  record Job(
      long run,
      String host,
      int port,
      int workers,
      int shards,
      long silenceSeconds,
      Broadcast<byte[]> specification,
      @Nullable SlicedJob slices)
      implements Serializable {}

  @Override
  public void call(Iterator<Shard> part) {
    TaskContext context = TaskContext.get();
    WorkerIdentity self =
        new WorkerIdentity(
            context.partitionId(),
            ShardRange.of(context.partitionId(), job.workers(), job.shards()),
            context.taskAttemptId(),
            SparkEnv.get().executorId(),
            SparkInternals.host());
    long start = System.nanoTime();
    try (DriverSession session = new DriverSession(job, context)) {
      if (session.ask(WorkerMessage.hello(job.run(), self)).kind() == DriverMessage.Kind.END) {
        return;
      }
      long connected = System.nanoTime();
      List<Shard> shards = shards(self, part);
      long loaded = System.nanoTime();
      ExecutorWorkers.with(
          job.specification().value(),
          worker -> {
            long ready = System.nanoTime();
            // The first task of an executor takes longer than any other.
            LOG.atLevel(ready - start > SLOW_NANOS ? Level.INFO : Level.DEBUG)
                .log(
                    "Ready with {}: connected in {} ms, shards in {} ms, engine in {} ms",
                    self.shards(),
                    millis(connected - start),
                    millis(loaded - connected),
                    millis(ready - loaded));
            if (job.slices() == null) {
              serve(session, self, worker, shards);
            } else {
              SlicedTask.serve(job, job.slices(), session, self, worker, shards);
            }
            return self;
          });
    }
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static List<Shard> shards(WorkerIdentity self, Iterator<Shard> part) {
    List<Shard> shards = new ArrayList<>();
    part.forEachRemaining(shards::add);
    boolean expected =
        shards.size() == self.shards().count()
            && shards.get(0).index() == self.shards().first()
            && shards.get(shards.size() - 1).index() == self.shards().last();
    if (!expected) {
      throw new IllegalStateException(
          "Cannot compute %s: the task has %s"
              .formatted(self.shards(), shards.stream().map(Shard::index).toList()));
    }
    return shards;
  }

  private void serve(
      DriverSession session, WorkerIdentity self, Worker worker, List<Shard> shards) {
    long computed = StepOrder.NO_STEP;
    ErrorFeedback feedback = new ErrorFeedback();
    WorkerMessage message = WorkerMessage.poll(job.run(), self, computed);
    while (true) {
      DriverMessage answer = session.ask(message);
      if (answer.kind() == DriverMessage.Kind.END) {
        return;
      }
      if (answer.order().isPresent()) {
        StepOrder order = answer.order().get();
        computed = order.step();
        message =
            feedback.isReadyFor(order)
                ? compute(self, worker, order, shards, feedback)
                : WorkerMessage.lacking(job.run(), self, computed);
      } else {
        message = WorkerMessage.poll(job.run(), self, computed);
      }
    }
  }

  private WorkerMessage compute(
      WorkerIdentity self,
      Worker worker,
      StepOrder order,
      List<Shard> shards,
      ErrorFeedback feedback) {
    long start = System.nanoTime();
    GradientForm form = order.form();
    PartialSums sums = form.isRounded() ? worker.apart() : worker.sums();
    worker.step(
        order,
        shards.iterator(),
        (shard, result) -> {
          feedback.apply(order, shard, result.gradient());
          sums.add(shard, result);
        });
    feedback.done(order);
    long nanos = System.nanoTime() - start;
    GradientEncoding encoding = form.travelsAs();
    return WorkerMessage.result(job.run(), self, order.step(), nanos, encoding, sums.parts());
  }
}
