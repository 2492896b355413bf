package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Where the workers of a job find each other. When all are known the list stands: another attempt
 * of a task, which has none of its slice, cannot take its place.
 */
final class PeerList {

  private final int workers;
  private final Map<Integer, Entry> entries = new HashMap<>();

  private record Entry(long attempt, String address) {}

  PeerList(int workers) {
    this.workers = workers;
  }

  /** Takes a worker's address; false when the list stands, with another attempt. */
  boolean add(WorkerIdentity worker, String address) {
    if (!isComplete()) {
      entries.put(worker.worker(), new Entry(worker.attempt(), address));
    }
    return has(worker);
  }

  /** True when this attempt is in the list. */
  boolean has(WorkerIdentity worker) {
    Entry entry = entries.get(worker.worker());
    return entry != null && entry.attempt() == worker.attempt();
  }

  boolean isComplete() {
    return entries.size() == workers;
  }

  /** The complete list for the workers. */
  ByteBuffer message() {
    List<String> addresses =
        IntStream.range(0, workers)
            .mapToObj(worker -> Objects.requireNonNull(entries.get(worker)).address())
            .toList();
    return DriverMessage.encode(addresses);
  }
}
