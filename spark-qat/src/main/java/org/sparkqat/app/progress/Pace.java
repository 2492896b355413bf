package org.sparkqat.app.progress;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** How fast a job runs, over the last seconds of the phase that it is in. */
final class Pace {

  private static final long WINDOW = TimeUnit.SECONDS.toNanos(20);

  private record Mark(long nanos, long examples, long steps) {}

  private final Deque<Mark> marks = new ArrayDeque<>();
  private String phase = "";
  private long examples;
  private long steps;

  Pace(long start) {
    marks.add(new Mark(start, 0, 0));
  }

  void step(Update update, long now) {
    if (!update.phase().equals(phase)) {
      // Phases differ in speed: a new one starts its own window.
      Mark last = marks.getLast();
      marks.clear();
      marks.add(last);
      phase = update.phase();
    }
    examples += update.examples();
    steps++;
    marks.add(new Mark(now, examples, steps));
    while (marks.size() > 2 && now - marks.getFirst().nanos() > WINDOW) {
      marks.removeFirst();
    }
  }

  double examplesPerSecond() {
    double seconds = seconds();
    return seconds > 0 ? (marks.getLast().examples() - marks.getFirst().examples()) / seconds : 0;
  }

  /** Seconds that the given number of steps will take. */
  long secondsFor(long stepsLeft) {
    long done = marks.getLast().steps() - marks.getFirst().steps();
    return done == 0 ? 0 : Math.round(seconds() * stepsLeft / done);
  }

  private double seconds() {
    return (marks.getLast().nanos() - marks.getFirst().nanos()) * 1e-9;
  }
}
