package org.sparkqat.distributed;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** The QAT loop on the driver: float phase, calibration, QAT phase. */
final class QatLoop {

  private static final Logger LOG = LoggerFactory.getLogger(QatLoop.class);

  private final TrainingSettings settings;
  private final Schedule schedule;
  private final TrainingStep step;
  private final Exchange exchange;
  private final Evaluator evaluator;
  private final StateKeeper keeper;
  private final TrainingListener listener;
  private final JobDescription description;

  QatLoop(
      TrainingSettings settings,
      Schedule schedule,
      Exchange exchange,
      Evaluator evaluator,
      StateKeeper keeper,
      TrainingListener listener,
      JobDescription description) {
    this.settings = settings;
    this.schedule = schedule;
    this.step = new TrainingStep(settings, schedule);
    this.exchange = exchange;
    this.evaluator = evaluator;
    this.keeper = keeper;
    this.listener = listener;
    this.description = description;
  }

  /** Goes on from the given state to the end of the job. */
  TrainingState run(TrainingState start) {
    requireSettled(start);
    TrainingState state = enterPhases(start);
    tellPhase(state);
    while (state.position().phase() != Phase.DONE) {
      state = atBoundary(toSettled(state));
    }
    return state;
  }

  private TrainingStep.Outcome step(TrainingState state) {
    description.step(state.position());
    long ordered = System.nanoTime();
    StepResult result = exchange.step(schedule.order(state));
    long merged = System.nanoTime();
    TrainingStep.Outcome outcome = step.next(state, result);
    long updated = System.nanoTime();
    StepTiming timing = StepTiming.of(merged - ordered, exchange.times(), updated - merged);
    return new TrainingStep.Outcome(outcome.state(), outcome.report().timed(timing));
  }

  private void requireSettled(TrainingState start) {
    if (!schedule.isSettled(start.position())) {
      throw new IllegalArgumentException(
          "Invalid state to start from: step %d of an epoch (rounding errors of gradients are missing there)"
              .formatted(start.position().stepOfEpoch()));
    }
  }

  /** Steps until a state is all that there is to know; all of them again when errors are lost. */
  private TrainingState toSettled(TrainingState start) {
    int told = 0;
    while (true) {
      TrainingState state = start;
      int done = 0;
      try {
        do {
          TrainingStep.Outcome outcome = step(state);
          done++;
          if (done > told) {
            told = done;
            listener.stepDone(outcome.report());
          }
          state = outcome.state();
        } while (!schedule.isSettled(state.position()));
        keepWithinEpoch(state, done);
        return state;
      } catch (FeedbackLostException e) {
        LOG.warn("{}: going back to step {}", e.getMessage(), start.position().step());
      }
    }
  }

  private void keepWithinEpoch(TrainingState state, int steps) {
    if (state.position().stepOfEpoch() != 0) {
      keeper.afterSteps(state, steps);
    }
  }

  /** Evaluates and writes down the state where an epoch or a phase has ended. */
  private TrainingState atBoundary(TrainingState state) {
    Position at = state.position();
    if (at.stepOfEpoch() != 0) {
      return state;
    }
    if (!schedule.endsPhase(at)) {
      keeper.afterEpoch(state, evaluate(state, arithmetic(at.phase())).accuracy());
      return state;
    }
    TrainingState next = enterPhases(state);
    tellPhase(next);
    return next;
  }

  /** Ends every phase that has no step left, with its evaluation. */
  private TrainingState enterPhases(TrainingState start) {
    TrainingState state = start;
    while (schedule.endsPhase(state.position())) {
      Phase ended = state.position().phase();
      Evaluation evaluation = evaluate(state, arithmetic(ended));
      state = entered(withResults(state, ended, evaluation), ended.next());
      keeper.afterPhase(state, ended, evaluation.accuracy());
    }
    return state;
  }

  private TrainingState entered(TrainingState state, Phase phase) {
    return new TrainingState(
        new Position(phase, 0, 0, state.position().step()),
        state.parameters(),
        settings.optimizer().initialSlots(settings.worker().network().parameters()),
        state.statistics(),
        state.ranges(),
        state.observations(),
        state.results());
  }

  private static TrainingState withResults(TrainingState state, Phase ended, Evaluation found) {
    Map<String, Double> results = new HashMap<>(state.results());
    String kind = ended == Phase.FLOAT ? "float" : ended == Phase.CALIBRATION ? "ptq" : "qat";
    results.put(kind + "Accuracy", found.accuracy());
    results.put(kind + "Loss", found.loss());
    return new TrainingState(
        state.position(),
        state.parameters(),
        state.slots(),
        state.statistics(),
        state.ranges(),
        state.observations(),
        results);
  }

  private Evaluation evaluate(TrainingState state, Arithmetic arithmetic) {
    exchange.release();
    description.evaluation(state.position());
    Evaluation evaluation =
        evaluator.evaluate(
            StepOrder.ofInference(
                arithmetic, state.parameters(), state.statistics(), state.ranges()));
    listener.evaluated(state, evaluation);
    return evaluation;
  }

  private static Arithmetic arithmetic(Phase phase) {
    return phase == Phase.FLOAT ? Arithmetic.FLOAT : Arithmetic.QUANTIZED;
  }

  private void tellPhase(TrainingState state) {
    Phase phase = state.position().phase();
    listener.phaseStarted(phase, schedule.epochs(phase), schedule.steps(phase));
  }
}
