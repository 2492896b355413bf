package org.sparkqat.data;

import java.io.Serializable;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/** Counts the bytes that tasks spill to disk while they sort. */
final class Spills implements Serializable {

  private static final long serialVersionUID = 1L;

  private final LongAccumulator bytes = new LongAccumulator();

  static Spills of(SparkContext context) {
    Spills spills = new Spills();
    context.register(spills.bytes);
    return spills;
  }

  /** Counts what the work spills. */
  <T> T count(TaskContext task, Supplier<T> work) {
    long before = task.taskMetrics().diskBytesSpilled();
    T value = work.get();
    bytes.add(task.taskMetrics().diskBytesSpilled() - before);
    return value;
  }

  /** Counts what the whole task will have spilled when it ends. */
  void countAll(TaskContext task) {
    TaskCompletionListener listener = ended -> bytes.add(ended.taskMetrics().diskBytesSpilled());
    task.addTaskCompletionListener(listener);
  }

  /** On the driver: of all tasks that have ended. */
  long bytes() {
    return bytes.sum();
  }
}
