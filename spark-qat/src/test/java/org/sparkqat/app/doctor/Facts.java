package org.sparkqat.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.distributed.cluster.ClusterFacts;
import org.sparkqat.distributed.cluster.ExecutorFacts;

/** Healthy clusters, and what ails others. */
final class Facts {

  static final long GIB = 1L << 30;

  private Facts() {}

  static ExecutorFacts executor(String id, String instructionSet) {
    return executor(id, Optional.of(instructionSet), Optional.empty(), Optional.empty());
  }

  static ExecutorFacts withoutNatives(String id) {
    return executor(
        id, Optional.empty(), Optional.of("no jnidnnl in java.library.path"), Optional.empty());
  }

  static ExecutorFacts apart(String id) {
    return executor(
        id, Optional.of("avx512_core_vnni"), Optional.empty(), Optional.of("driver:7000: refused"));
  }

  static ExecutorFacts slow(String id, String obstacle) {
    return new ExecutorFacts(
        id,
        "host" + id,
        "17.0.9",
        "Linux amd64",
        2 * GIB,
        8 * GIB,
        Optional.of("avx2"),
        Optional.empty(),
        Optional.of(obstacle),
        Optional.empty());
  }

  private static ExecutorFacts executor(
      String id,
      Optional<String> instructionSet,
      Optional<String> nativeProblem,
      Optional<String> connectionProblem) {
    return new ExecutorFacts(
        id,
        "host" + id,
        "17.0.9",
        "Linux amd64",
        2 * GIB,
        8 * GIB,
        instructionSet,
        nativeProblem,
        Optional.empty(),
        connectionProblem);
  }

  /** As many slots a machine as given. */
  static ClusterFacts cluster(int executors, int slotsEach) {
    List<ExecutorFacts> all = new ArrayList<>();
    for (int i = 0; i < executors; i++) {
      all.add(executor(String.valueOf(i), "avx512_core_vnni"));
    }
    return cluster(executors * slotsEach, all);
  }

  static ClusterFacts cluster(int slots, List<ExecutorFacts> executors) {
    return new ClusterFacts(
        slots,
        executors.size(),
        executor("driver", "avx512_core_vnni"),
        executors,
        0,
        Optional.empty());
  }
}
