package org.sparkqat.distributed.protocol;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the driver knows of who has the rounding errors of which worker's shards. The task that
 * delivered the step before has them; another attempt of the task lacks them, and matters only when
 * the first one is gone, or silent for long.
 */
final class Residuals {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Map<Integer, Object> keepers = new HashMap<>();
  private final Map<Integer, Long> lackedSince = new HashMap<>();

  /** A step begins. */
  void begin() {
    lackedSince.clear();
  }

  void keptBy(int worker, Object connection) {
    keepers.put(worker, connection);
  }

  void lackedBy(int worker, long now) {
    lackedSince.putIfAbsent(worker, now);
  }

  void lost(Object connection) {
    keepers.values().removeIf(connection::equals);
  }

  /** The workers of which no task has what the step needs. */
  List<Integer> lost(long now) {
    return lackedSince.entrySet().stream()
        .filter(e -> !keepers.containsKey(e.getKey()) || now - e.getValue() > PATIENCE_NANOS)
        .map(Map.Entry::getKey)
        .toList();
  }
}
