package org.sparkqat.app.doctor;

import org.sparkqat.distributed.TrainingSettings;

/**
 * What a job keeps in memory, in bytes.
 *
 * @param weights one copy of the parameters
 * @param optimizerSlots copies of their size that the optimizer keeps
 * @param taskHeap what a task has in the heap, its shards apart
 * @param taskNative what a task has outside the heap
 * @param shards the examples of one executor
 * @param tasks of one executor
 * @param workers of the job
 */
record MemoryNeed(
    long weights,
    int optimizerSlots,
    long taskHeap,
    long taskNative,
    long shards,
    int tasks,
    int workers) {

  /** Spark's own objects in a heap. */
  private static final long SPARK_HEAP = 200L << 20;

  /** What a JVM has outside the heap: code, classes, stacks, buffers of the network. */
  private static final long JVM_NATIVE = 200L << 20;

  /**
   * The need of a job.
   *
   * @param dataBytes training, validation and test data together
   * @param executors that share the workers
   */
  static MemoryNeed of(
      TrainingSettings settings, StepCost cost, long dataBytes, int workers, int executors) {
    long weights = 4L * settings.worker().network().parameters().size();
    int shardsOfWorker = (settings.worker().shards() + workers - 1) / workers;
    // Order, gradient, message, and the partial sums of the tree over the shards of the task.
    long copies = 4L + (32 - Integer.numberOfLeadingZeros(shardsOfWorker));
    long inputs =
        4L * settings.worker().microBatch() * settings.worker().network().inputShape().size();
    return new MemoryNeed(
        weights,
        settings.optimizer().slots(),
        copies * weights + inputs + cost.heapBytes(),
        cost.nativeBytes(),
        dataBytes / executors,
        (workers + executors - 1) / executors,
        workers);
  }

  /** What an executor needs in the heap to run at all; shards that do not fit go to disk. */
  long executorHeap() {
    return tasks * taskHeap + SPARK_HEAP;
  }

  long executorNative() {
    return tasks * taskNative + JVM_NATIVE;
  }

  /** State before and after a step, gradient and order, and a message of each worker twice. */
  long driverHeap() {
    return weights * (2L * (1 + optimizerSlots) + 2 + 2L * workers) + SPARK_HEAP;
  }
}
