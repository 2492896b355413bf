package org.sparkqat.distributed;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.RangeLearner;
import org.sparkqat.training.TrainingState;

/** What a step makes of the ranges: observed, fitted and learned ones. */
final class RangeUpdates {

  private final TrainingSettings settings;
  private final Schedule schedule;

  /** Of each stage, when its first step was made. */
  private final Map<Integer, RangeLearner> learners = new HashMap<>();

  RangeUpdates(TrainingSettings settings, Schedule schedule) {
    this.settings = settings;
    this.schedule = schedule;
  }

  /** The ranges after a step of calibration. */
  Ranges calibrated(TrainingState state, StepResult result) {
    Ranges ranges =
        result.histograms().length > 0
            ? fitted(state, result.histograms())
            : moved(state, result.observed());
    return learner(state.position()).started(ranges, state.parameters());
  }

  /** The ranges after a training step, those that are learned as they were. */
  Ranges observed(TrainingState state, StepResult result) {
    return moves(state.position()) ? moved(state, result.observed()) : state.ranges();
  }

  /** True when a step at the position moves ranges that are learned. */
  boolean learn(Position at) {
    return moves(at) && learner(at).learns();
  }

  /** True when ranges follow what a step finds. */
  private boolean moves(Position at) {
    int freezeEpoch = schedule.stage(at).rangeFreezeEpoch().orElse(settings.ranges().freezeEpoch());
    return at.phase() == Phase.QAT && at.epoch() < freezeEpoch;
  }

  /** The state after a step at the given position, with a step of the learned ranges too. */
  Watched learned(TrainingState state, Position at, StepResult result, double rate) {
    if (!learn(at)) {
      return new Watched(state, StageFigures.NONE);
    }
    RangeLearner learner = learner(at);
    RangeLearner.Step step =
        learner.step(
            state.ranges(),
            state.memory().of(RangeLearner.MOMENTA).orElseGet(learner::initialMomenta),
            result.observed(),
            result.rangeSums(),
            1.0 / result.shards(),
            state.parameters(),
            rate,
            at.step());
    return new Watched(
        state
            .ranges(step.ranges(), state.observations())
            .memory(state.memory().with(RangeLearner.MOMENTA, step.momenta())),
        StageFigures.NONE.ranges(step.report()));
  }

  private RangeLearner learner(Position at) {
    return learners.computeIfAbsent(
        at.stage(), s -> new RangeLearner(schedule.graph(at), settings.ranges()));
  }

  private Ranges fitted(TrainingState state, long[] histograms) {
    Ranges ranges = state.ranges();
    Ranges next = ranges.copy();
    for (QuantizationPoint point : schedule.graph(state.position()).points()) {
      ActivationQuantizer by = point.quantizer();
      for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
        int from = slot * Histogram.BINS;
        long[] counts = Arrays.copyOfRange(histograms, from, from + Histogram.BINS);
        if (by.observer() instanceof Observer.Fitted fitted && !ranges.range(slot).isEmpty()) {
          Histogram histogram = new Histogram(ranges.range(slot), counts);
          next.set(slot, fitted.fitted(histogram, by.format()));
        }
      }
    }
    return next;
  }

  private Ranges moved(TrainingState state, Ranges observed) {
    Ranges next = state.ranges().copy();
    boolean trains = state.position().phase() == Phase.QAT;
    for (QuantizationPoint point : schedule.graph(state.position()).points()) {
      Observer observer = point.quantizer().observer();
      if (trains
          && (observer instanceof Observer.Fitted || point.quantizer().range().isLearned())) {
        continue;
      }
      for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
        Range current = next.range(slot);
        next.set(slot, observer.update(current, observed.range(slot), state.observations()));
      }
    }
    return next;
  }
}
