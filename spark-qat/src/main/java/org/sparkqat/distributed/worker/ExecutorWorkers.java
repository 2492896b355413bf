package org.sparkqat.distributed.worker;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Function;

/**
 * The idle workers of one executor, so that the tasks of a job share compiled plans. It keeps the
 * workers of one specification at a time: those of another job are closed.
 */
public final class ExecutorWorkers {

  // The one mutable static of the program: tasks of one executor have nothing else in common.
  private static final ExecutorWorkers INSTANCE = new ExecutorWorkers();

  private final Deque<Worker> idle = new ArrayDeque<>();
  private byte[] current = {};

  private ExecutorWorkers() {}

  /** Lets a worker for the given specification do something, and keeps it for the next task. */
  public static <T> T with(byte[] specification, Function<Worker, T> work) {
    Worker worker = INSTANCE.borrow(specification);
    boolean done = false;
    try {
      T value = work.apply(worker);
      done = true;
      return value;
    } finally {
      INSTANCE.giveBack(specification, worker, done);
    }
  }

  private Worker borrow(byte[] specification) {
    synchronized (this) {
      if (!Arrays.equals(current, specification)) {
        idle.forEach(Worker::close);
        idle.clear();
        current = specification;
      }
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return new Worker(WorkerSpecification.decode(specification));
  }

  /** A worker that failed, or that belongs to another job by now, is closed. */
  private synchronized void giveBack(byte[] specification, Worker worker, boolean reusable) {
    if (reusable && Arrays.equals(current, specification)) {
      idle.push(worker);
    } else {
      worker.close();
    }
  }
}
