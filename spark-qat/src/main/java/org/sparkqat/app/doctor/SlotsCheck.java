package org.sparkqat.app.doctor;

import java.util.OptionalInt;
import org.sparkqat.distributed.cluster.ClusterFacts;
import org.sparkqat.distributed.exchange.ExchangeSettings.Mode;

/**
 * Whether the workers of a job can run at once.
 *
 * @param shards lanes of the job, 0 without a job
 * @param workers that the configuration asks for; empty: as many as there are slots
 */
record SlotsCheck(ClusterFacts cluster, int shards, OptionalInt workers, Mode mode)
    implements Check {

  @Override
  public Finding find() {
    return judged()
        .with("slots", cluster.slots())
        .with("executors", cluster.executors().size())
        .with("shards", shards)
        .with("workers", count());
  }

  /** Workers that the job will have. */
  int count() {
    int wanted = workers.orElse(cluster.slots());
    int possible = mode == Mode.JOB_PER_STEP ? wanted : Math.min(wanted, cluster.slots());
    return shards == 0 ? possible : Math.min(possible, shards);
  }

  private Finding judged() {
    int executors = cluster.executors().size();
    String found =
        "%d slots on %d executor%s"
            .formatted(cluster.slots(), executors, executors == 1 ? "" : "s");
    if (cluster.slots() == 0) {
      return Finding.fail(
          found, "wait until the cluster has a free executor, or ask for one (--num-executors)");
    }
    if (cluster.silent() > 0) {
      return Finding.warning(
          "%s; %d more ran no task".formatted(found, cluster.silent()),
          "look at those executors in Spark's pages");
    }
    if (executors < cluster.expected()) {
      return Finding.warning(
          "%s of %d asked for".formatted(found, cluster.expected()),
          "wait for the others, or ask for fewer; a job takes those that are there when it starts");
    }
    return shards == 0 ? Finding.ok(found) : compared(found);
  }

  private Finding compared(String found) {
    String with = "%s, %d shards, %d workers".formatted(found, shards, count());
    if (workers.isPresent() && workers.getAsInt() > Math.min(cluster.slots(), shards)) {
      return Finding.warning(
          "%s instead of %d".formatted(with, workers.getAsInt()),
          "lower cluster.workers, or add executors and training.shards");
    }
    if (count() < cluster.slots() && workers.isEmpty()) {
      return Finding.warning(
          with + ": slots stay idle",
          "raise training.shards to a power of two of at least %d (it changes the result)"
              .formatted(cluster.slots()));
    }
    if (shards % Math.max(count(), 1) != 0) {
      return Finding.warning(
          with + ": some workers have more shards than others, which wait for them",
          "set cluster.workers to a divisor of training.shards");
    }
    return Finding.ok(with);
  }
}
