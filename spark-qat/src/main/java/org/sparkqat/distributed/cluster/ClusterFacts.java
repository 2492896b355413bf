package org.sparkqat.distributed.cluster;

import java.util.List;
import java.util.Optional;

/**
 * What a cluster is at the moment.
 *
 * @param slots tasks that it can run at once
 * @param expected executors that the settings ask for, 0 when they leave it open
 * @param executors those that were reached, in the order of their names; on one machine without a
 *     cluster the driver is the only one
 * @param silent executors that are registered and ran no task within the time
 * @param listenProblem why the driver cannot listen for workers
 */
public record ClusterFacts(
    int slots,
    int expected,
    ExecutorFacts driver,
    List<ExecutorFacts> executors,
    int silent,
    Optional<String> listenProblem) {

  public ClusterFacts {
    executors = List.copyOf(executors);
  }
}
