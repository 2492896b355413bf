package org.sparkqat.distributed;

import org.sparkqat.distributed.exchange.Exchange;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.training.TrainingState;

/** Steps whose gradients the driver merges, and whose parameters it updates. */
final class DriverSteps implements Steps {

  private final Schedule schedule;
  private final TrainingStep step;
  private final Exchange exchange;

  DriverSteps(Schedule schedule, TrainingStep step, Exchange exchange) {
    this.schedule = schedule;
    this.step = step;
    this.exchange = exchange;
  }

  @Override
  public TrainingStep.Outcome next(TrainingState state) {
    long ordered = System.nanoTime();
    StepResult result = exchange.step(schedule.order(state));
    long merged = System.nanoTime();
    TrainingStep.Outcome outcome = step.next(state, result);
    long updated = System.nanoTime();
    return outcome.timed(StepTiming.of(merged - ordered, exchange.times(), updated - merged));
  }

  @Override
  public void reclaim(TrainingState state, TrainingState next) {
    step.reclaim(state, next);
  }

  @Override
  public boolean isSettled(TrainingState state) {
    return schedule.isSettled(state.position());
  }

  @Override
  public TrainingState whole(TrainingState state) {
    return state;
  }
}
