package org.sparkqat.app.doctor;

import org.apache.spark.SparkConf;
import org.sparkqat.distributed.cluster.ClusterFacts;

/**
 * What there is of memory, in bytes.
 *
 * @param driverHeap most that the driver's heap can grow to
 * @param executorHeap the least of the executors'
 * @param overhead what a container leaves an executor outside its heap; 0: there is no container
 * @param physical memory of the smallest machine; 0: not known
 * @param isOneProcess true when driver and executor are the same
 */
record MemoryLimits(
    long driverHeap, long executorHeap, long overhead, long physical, boolean isOneProcess) {

  private static final double DEFAULT_FACTOR = 0.1;
  private static final long LEAST_OVERHEAD_MIB = 384;

  static MemoryLimits of(SparkConf conf, ClusterFacts cluster) {
    String master = conf.get("spark.master", "");
    boolean contained = master.startsWith("yarn") || master.startsWith("k8s");
    long heap = cluster.executors().stream().mapToLong(e -> e.heapBytes()).min().orElse(0);
    long physical = cluster.executors().stream().mapToLong(e -> e.physicalBytes()).min().orElse(0);
    return new MemoryLimits(
        cluster.driver().heapBytes(),
        heap,
        contained ? overhead(conf) : 0,
        physical,
        cluster.executors().stream().anyMatch(each -> each.id().equals("driver")));
  }

  /** As Spark asks the cluster manager for it. */
  static long overhead(SparkConf conf) {
    long memory = conf.getSizeAsMb("spark.executor.memory", "1g");
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", DEFAULT_FACTOR);
    long usual = Math.max(LEAST_OVERHEAD_MIB, (long) (factor * memory));
    return conf.getSizeAsMb("spark.executor.memoryOverhead", usual + "m") << 20;
  }
}
