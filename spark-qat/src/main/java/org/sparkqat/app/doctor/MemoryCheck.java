package org.sparkqat.app.doctor;

/** Whether weights, plans and shards fit into the memory of driver and executors. */
record MemoryCheck(MemoryNeed need, MemoryLimits limits) implements Check {

  /** The share of a heap that Spark gives to cached blocks and to its own work. */
  private static final double STORAGE_SHARE = 0.6;

  private static final int MEBI_SHIFT = 20;

  @Override
  public Finding find() {
    return judged()
        .with("executorHeapNeed", need.executorHeap())
        .with("executorHeap", limits.executorHeap())
        .with("executorNativeNeed", need.executorNative())
        .with("executorOverhead", limits.overhead())
        .with("executorShards", need.shards())
        .with("driverHeapNeed", driverNeed())
        .with("driverHeap", limits.driverHeap())
        .with("taskNative", need.taskNative())
        .with("weights", need.weights());
  }

  /** On one machine without a cluster the driver's heap holds it all. */
  private long driverNeed() {
    return limits.isOneProcess() ? need.driverHeap() + need.executorHeap() : need.driverHeap();
  }

  private Finding judged() {
    if (driverNeed() > limits.driverHeap()) {
      return Finding.fail(
          "the driver needs %s of heap and has %s"
              .formatted(mib(driverNeed()), mib(limits.driverHeap())),
          "submit with --driver-memory %dm".formatted(rounded(driverNeed())));
    }
    if (!limits.isOneProcess() && need.executorHeap() > limits.executorHeap()) {
      return Finding.fail(
          "an executor with %d tasks needs %s of heap and has %s"
              .formatted(need.tasks(), mib(need.executorHeap()), mib(limits.executorHeap())),
          "submit with --executor-memory %dm".formatted(rounded(need.executorHeap())));
    }
    if (limits.overhead() > 0 && need.executorNative() > limits.overhead()) {
      return Finding.fail(
          "an executor with %d tasks needs %s outside its heap and the container leaves it %s"
              .formatted(need.tasks(), mib(need.executorNative()), mib(limits.overhead())),
          "submit with --conf spark.executor.memoryOverhead=%dm"
              .formatted(rounded(need.executorNative())));
    }
    return warned();
  }

  private Finding warned() {
    String found =
        "an executor (%d tasks): heap %s of %s, outside the heap %s%s, shards %s; driver: heap %s of %s"
            .formatted(
                need.tasks(),
                mib(need.executorHeap()),
                mib(limits.executorHeap()),
                mib(need.executorNative()),
                limits.overhead() > 0 ? " of " + mib(limits.overhead()) : "",
                mib(need.shards()),
                mib(driverNeed()),
                mib(limits.driverHeap()));
    long all = limits.executorHeap() + need.executorNative();
    if (limits.overhead() == 0 && limits.physical() > 0 && all > limits.physical()) {
      return Finding.warning(
          "%s; the machine has %s".formatted(found, mib(limits.physical())),
          "lower --executor-memory or the number of tasks, so that the machine need not swap");
    }
    long storage = (long) (STORAGE_SHARE * (limits.executorHeap() - need.executorHeap()));
    if (need.shards() > storage) {
      return Finding.warning(
          found + "; shards beyond %s go to the local disk".formatted(mib(Math.max(storage, 0))),
          "nothing, if reading them from disk is fast enough; else raise --executor-memory");
    }
    return Finding.ok(found);
  }

  private static String mib(long bytes) {
    return "%,d MiB".formatted(Math.max(1, bytes >> MEBI_SHIFT));
  }

  /** In MiB, up to the next quarter of a GiB. */
  private static long rounded(long bytes) {
    long quarter = 256;
    return ((bytes >> MEBI_SHIFT) / quarter + 1) * quarter;
  }
}
