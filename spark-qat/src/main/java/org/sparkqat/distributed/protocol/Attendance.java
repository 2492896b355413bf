package org.sparkqat.distributed.protocol;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which workers of a job are there; not thread-safe. */
final class Attendance {

  private final int workers;
  private final Map<Integer, Presence> present = new TreeMap<>();
  private final Set<Integer> dismissed = new HashSet<>();
  private boolean doubled;

  Attendance(int workers) {
    this.workers = workers;
  }

  /** A message has come. */
  void heard(WorkerIdentity worker, Object connection, long now) {
    Presence presence = new Presence(worker, connection, true, now);
    Presence before = present.put(worker.worker(), presence);
    doubled = doubled || (before != null && before.isBeside(presence));
  }

  /** A connection is lost. */
  void lost(Object connection) {
    present.replaceAll(
        (worker, presence) ->
            presence.connection().equals(connection) ? presence.lost() : presence);
  }

  /** A worker has been told that the job ends. */
  void dismiss(int worker) {
    dismissed.add(worker);
  }

  /** True when every connected worker has been told that the job ends. */
  boolean allDismissed() {
    return present.values().stream()
        .filter(Presence::connected)
        .allMatch(presence -> dismissed.contains(presence.worker().worker()));
  }

  boolean allConnected() {
    return present.size() == workers && present.values().stream().allMatch(Presence::connected);
  }

  /** True when a worker is missing while another one runs twice. */
  boolean isBlocked() {
    return doubled && !allConnected();
  }

  /** The workers whose latest attempt runs on one of the executors; empty: none. */
  String workersOn(Predicate<String> executors) {
    List<String> texts = new ArrayList<>();
    for (Presence presence : present.values()) {
      if (executors.test(presence.worker().executor())) {
        texts.add(presence.worker().shards() + " (" + presence.worker() + ")");
      }
    }
    return String.join("; ", texts);
  }

  /** Where a worker is, and since when nothing was heard of it. */
  String describe(int worker, long now) {
    @Nullable Presence presence = present.get(worker);
    if (presence == null) {
      return "no task has connected";
    }
    return "%s, %s %d s ago"
        .formatted(
            presence.worker(),
            presence.connected() ? "connected, last heard of" : "lost, last heard of",
            TimeUnit.NANOSECONDS.toSeconds(now - presence.heard()));
  }
}
