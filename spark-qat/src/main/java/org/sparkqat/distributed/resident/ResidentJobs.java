package org.sparkqat.distributed.resident;

import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.ExchangeUnavailableException;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.protocol.ResidentProtocol;
import org.sparkqat.distributed.protocol.ResultShape;
import org.sparkqat.distributed.slices.SlicedJob;
import org.sparkqat.distributed.slices.SlicedRules;
import org.sparkqat.distributed.slices.SlicedState;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.worker.WorkerSpecification;

/** Starts one job of resident workers after another, each with as many as there are slots. */
final class ResidentJobs implements AutoCloseable {

  private final JavaSparkContext context;
  private final ShardGroups groups;
  private final WorkerSpecification worker;
  private final WorkerCount count;
  private final Broadcast<byte[]> specification;
  private final ExchangeSettings settings;
  private final ResultShape shape;
  private @Nullable Endpoint endpoint;
  private boolean started;

  ResidentJobs(
      JavaSparkContext context,
      ShardGroups groups,
      WorkerSpecification worker,
      WorkerCount count,
      Broadcast<byte[]> specification,
      ExchangeSettings settings) {
    this.context = context;
    this.groups = groups;
    this.worker = worker;
    this.count = count;
    this.specification = specification;
    this.settings = settings;
    this.shape = ResultShape.of(worker);
  }

  int shards() {
    return worker.shards();
  }

  /** Workers of the latest job. */
  int workers() {
    return groups.workers();
  }

  /** True when the workers of the latest job could not run at once any more. */
  boolean areTooMany() {
    return count.isTooMany(groups.workers());
  }

  /** While an executor is left, the files of the shards are mended. */
  void mend() {
    if (!count.isTooMany(1)) {
      groups.mend();
    }
  }

  /** A job whose workers send their gradients to the driver. */
  ResidentJob start(long step) throws InterruptedException {
    int workers = regrouped();
    long run = UUID.randomUUID().getMostSignificantBits();
    return submit(
        new ResidentProtocol(run, workers, worker.shards(), shape, System::nanoTime), null, step);
  }

  /** A job whose workers hold slices. */
  ResidentJob start(SlicedRules rules, SlicedState state) throws InterruptedException {
    int workers = regrouped();
    long run = UUID.randomUUID().getMostSignificantBits();
    SlicedJob job = new SlicedJob(rules, context.broadcast(state.encode()));
    return submit(
        ResidentProtocol.sliced(run, workers, worker.shards(), shape, System::nanoTime),
        job,
        state.step());
  }

  private int regrouped() throws InterruptedException {
    int workers = count.next(started ? groups.workers() : 0);
    started = true;
    if (workers != groups.workers()) {
      groups.regroup(workers);
    }
    return workers;
  }

  private ResidentJob submit(ResidentProtocol protocol, @Nullable SlicedJob slices, long step) {
    Endpoint at = endpoint == null ? listen() : endpoint;
    at.serve(protocol);
    ResidentTask.Job description =
        new ResidentTask.Job(
            protocol.run(),
            SparkInternals.driverHost(),
            at.port(),
            groups.workers(),
            worker.shards(),
            settings.stepTimeout().toSeconds(),
            specification,
            slices);
    String text = "%d resident workers from step %d".formatted(groups.workers(), step);
    return ResidentJob.submit(context, groups.rdd(), protocol, description, text);
  }

  private Endpoint listen() {
    try {
      Endpoint listening = new Endpoint(settings.port());
      endpoint = listening;
      return listening;
    } catch (RuntimeException e) {
      throw new ExchangeUnavailableException(
          "Cannot start resident workers: the driver cannot listen: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (endpoint != null) {
      endpoint.close();
      endpoint = null;
    }
  }
}
