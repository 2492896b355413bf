package org.sparkqat.distributed.resident;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/** The executors that Spark has removed since this began to listen. */
final class ExecutorLosses extends SparkListener implements AutoCloseable {

  private final SparkContext context;
  private final Set<String> removed = ConcurrentHashMap.newKeySet();

  private ExecutorLosses(SparkContext context) {
    this.context = context;
  }

  /** Listens until it is closed. */
  static ExecutorLosses of(SparkContext context) {
    ExecutorLosses losses = new ExecutorLosses(context);
    context.addSparkListener(losses);
    return losses;
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
    removed.add(event.executorId());
  }

  boolean contains(String executor) {
    return removed.contains(executor);
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
