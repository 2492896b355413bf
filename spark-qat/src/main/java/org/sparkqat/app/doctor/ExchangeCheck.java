package org.sparkqat.app.doctor;

import java.util.List;
import java.util.Optional;
import org.sparkqat.distributed.cluster.ClusterFacts;
import org.sparkqat.distributed.cluster.ExecutorFacts;
import org.sparkqat.distributed.exchange.ExchangeSettings.Mode;

/** Which exchange the steps of a job will travel by. */
record ExchangeCheck(ClusterFacts cluster, Mode mode) implements Check {

  @Override
  public Finding find() {
    return judged().with("exchange", isResident() ? "resident" : "job-per-step");
  }

  /** True when resident workers can start. */
  boolean isResident() {
    return mode != Mode.JOB_PER_STEP && cluster.slots() > 0 && obstacle().isEmpty();
  }

  private Finding judged() {
    if (mode == Mode.JOB_PER_STEP) {
      return Finding.ok("one Spark job a step, as cluster.exchange says");
    }
    if (cluster.slots() == 0) {
      return Finding.skipped("no executor to try it with");
    }
    Optional<String> obstacle = obstacle();
    if (obstacle.isEmpty()) {
      return Finding.ok("resident workers: the driver is reached from every executor");
    }
    String remedy =
        "open the driver's port to the executors (cluster.port names it; spark.driver.host and"
            + " spark.driver.bindAddress its address)";
    return mode == Mode.RESIDENT
        ? Finding.fail("resident workers cannot start: " + obstacle.get(), remedy)
        : Finding.warning(
            "one Spark job a step, about 100 ms more each: " + obstacle.get(), remedy);
  }

  private Optional<String> obstacle() {
    if (cluster.listenProblem().isPresent()) {
      return cluster.listenProblem().map(reason -> "the driver cannot listen: " + reason);
    }
    List<ExecutorFacts> apart =
        cluster.executors().stream().filter(e -> e.connectionProblem().isPresent()).toList();
    return apart.stream()
        .findFirst()
        .map(
            first ->
                "%d of %d executors cannot reach the driver (%s: %s)"
                    .formatted(
                        apart.size(),
                        cluster.executors().size(),
                        first,
                        first.connectionProblem().orElse("")));
  }
}
