package org.sparkqat.distributed;

import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.ExchangeUnavailableException;
import org.sparkqat.distributed.exchange.StateLostException;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.distributed.protocol.StepRound;
import org.sparkqat.distributed.resident.ResidentExchange;
import org.sparkqat.distributed.slices.SliceUpdate;
import org.sparkqat.distributed.slices.SlicedRules;
import org.sparkqat.distributed.slices.SlicedState;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Slices;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.Position;
import org.sparkqat.training.SlicedClipping;
import org.sparkqat.training.TrainingState;

/**
 * Steps whose gradients the workers merge among themselves, slice by slice, and whose parameters
 * they update. Every so many steps, and at the end of an epoch, all of it comes to the driver; that
 * is where it goes back to when a slice is lost. Left to the driver are a window in which that has
 * happened twice, steps that move no parameter, and stages that look at the weights in every step.
 */
final class SlicedSteps implements Steps {

  private static final Logger LOG = LoggerFactory.getLogger(SlicedSteps.class);

  /** Losses in a window after which the driver takes over for the rest of it. */
  private static final int LOSSES = 2;

  private static final float[] AWAY = {};

  private final Schedule schedule;
  private final TrainingStep step;
  private final ResidentExchange exchange;
  private final Steps driver;
  private final SlicedRules rules;
  private final ParameterLayout layout;
  private final SliceChoice choice;
  private Optional<SliceUpdate> pending = Optional.empty();
  private Position begun = Position.START;
  private Position lossesAt = Position.START;
  private int losses;
  private long held = StepOrder.NO_STEP;
  private boolean proven;
  private boolean given;

  /**
   * Steps by slices where that is possible.
   *
   * @param driver makes all other steps
   * @param choice by slices
   */
  SlicedSteps(
      TrainingSettings settings,
      Schedule schedule,
      TrainingStep step,
      ResidentExchange exchange,
      Steps driver,
      SliceChoice choice) {
    this.schedule = schedule;
    this.step = step;
    this.exchange = exchange;
    this.driver = driver;
    this.rules = new SlicedRules(settings.optimizer(), settings.clipping());
    this.layout = settings.worker().network().parameters();
    this.choice = choice;
  }

  @Override
  public TrainingStep.Outcome next(TrainingState state) {
    if (isAway(state)) {
      return sliced(state);
    }
    if (isDriverOnly(state)) {
      return driver.next(state);
    }
    begun = state.position();
    try {
      hold(state);
      return sliced(state);
    } catch (ExchangeUnavailableException e) {
      exchange.release();
      if (choice.mode() == ExchangeSettings.Slices.ALWAYS && !proven) {
        throw new IllegalStateException(e.getMessage() + " (or set cluster.slices to auto)", e);
      }
      LOG.warn("{}; going on with gradients that the driver merges", e.getMessage());
      given = true;
      return driver.next(state);
    }
  }

  private static boolean isAway(TrainingState state) {
    return state.parameters().length == 0;
  }

  private boolean isDriverOnly(TrainingState state) {
    Position at = state.position();
    return given
        || !Schedule.optimizes(at)
        || step.needsParameters(state)
        || (losses >= LOSSES && window(at).equals(window(lossesAt)));
  }

  /** The first position of a window. */
  private Position window(Position at) {
    int into = at.stepOfEpoch() % choice.window();
    int first = at.stepOfEpoch() - into;
    return new Position(at.stage(), at.attempt(), at.phase(), at.epoch(), first, at.step() - into);
  }

  /** Lets workers hold a state, unless they do. */
  private void hold(TrainingState state) {
    pending = Optional.empty();
    long number = schedule.sequence(state.position());
    if (!exchange.holdsSlices() || held != number) {
      exchange.hold(rules, new SlicedState(number, state.parameters(), state.slots()));
    }
  }

  private TrainingStep.Outcome sliced(TrainingState state) {
    long ordered = System.nanoTime();
    StepOrder order = schedule.order(state);
    StepRound round = trying(() -> exchange.sliced(order, pending));
    long merged = System.nanoTime();
    ClipReport clip =
        new SlicedClipping(rules.clipping(), new Slices(layout.size(), round.norms().size()))
            .report(round.norms());
    TrainingStep.Outcome outcome =
        step.next(away(state), round.result(), clip, round.firstNonFinite());
    Position at = state.position();
    pending =
        Optional.of(
            new SliceUpdate(
                order.step(), clip.factor(), schedule.learningRate(at), schedule.update(at)));
    proven = true;
    long updated = System.nanoTime();
    return outcome.timed(StepTiming.of(merged - ordered, exchange.times(), updated - merged));
  }

  /** Something that workers do of which one may be lost. */
  private interface Work<T> {
    T run();
  }

  private <T> T trying(Work<T> work) {
    try {
      return work.run();
    } catch (StateLostException e) {
      losses = begun.equals(lossesAt) ? losses + 1 : 1;
      lossesAt = begun;
      throw e;
    }
  }

  private static TrainingState away(TrainingState state) {
    return state.parameters(AWAY).slots(new float[0][]);
  }

  @Override
  public void reclaim(TrainingState state, TrainingState next) {
    driver.reclaim(state, next);
  }

  @Override
  public boolean isSettled(TrainingState state) {
    Position at = state.position();
    return schedule.isSettled(at) && (!isAway(state) || at.stepOfEpoch() % choice.window() == 0);
  }

  @Override
  public TrainingState whole(TrainingState state) {
    if (!isAway(state)) {
      return state;
    }
    long next = pending.map(SliceUpdate::step).orElse(0L) + 1;
    int slots = rules.optimizer().slots();
    float[][] arrays = trying(() -> exchange.collect(next, pending, layout.size(), slots));
    pending = Optional.empty();
    held = next;
    return state.parameters(arrays[0]).slots(Arrays.copyOfRange(arrays, 1, arrays.length));
  }
}
