package org.sparkqat.distributed;

import java.util.HashMap;
import java.util.Map;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** The QAT loop on the driver: float phase, calibration, QAT phase. */
final class QatLoop {

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
    TrainingState state = enterPhases(start);
    tellPhase(state);
    while (state.position().phase() != Phase.DONE) {
      state = atBoundary(step(state));
    }
    return state;
  }

  private TrainingState step(TrainingState state) {
    description.step(state.position());
    long ordered = System.nanoTime();
    StepResult result = exchange.step(schedule.order(state));
    long merged = System.nanoTime();
    TrainingStep.Outcome outcome = step.next(state, result);
    long updated = System.nanoTime();
    StepTiming timing = StepTiming.of(merged - ordered, exchange.times(), updated - merged);
    listener.stepDone(outcome.report().timed(timing));
    return outcome.state();
  }

  /** Evaluates and writes down the state where an epoch or a phase has ended. */
  private TrainingState atBoundary(TrainingState state) {
    Position at = state.position();
    if (at.stepOfEpoch() != 0) {
      keeper.afterStep(state);
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
