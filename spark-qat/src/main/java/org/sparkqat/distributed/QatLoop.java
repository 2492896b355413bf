package org.sparkqat.distributed;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.evaluation.Evaluations;
import org.sparkqat.distributed.exchange.StateLostException;
import org.sparkqat.distributed.progress.RollBack;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.training.Equalization;
import org.sparkqat.training.HeldWeights;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.Stage;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/** The QAT loop on the driver: stages in float, then quantized ones, with their calibrations. */
final class QatLoop {

  private static final Logger LOG = LoggerFactory.getLogger(QatLoop.class);

  private final TrainingSettings settings;
  private final Schedule schedule;
  private final Crews crews;
  private final Gatekeeper gatekeeper;
  private final StateKeeper keeper;
  private final TrainingListener listener;
  private final JobDescription description;
  private final Assessor assessor;
  private final Divergence divergence;
  private final RangeWatch widths = new RangeWatch();

  /** The latest step that the listener was told of. */
  private long told = StepOrder.NO_STEP;

  private int end = Integer.MAX_VALUE;

  /** The latest step that was begun. */
  private Position latest = Position.START;

  QatLoop(
      TrainingSettings settings,
      Schedule schedule,
      Crews crews,
      Milestones milestones,
      StateKeeper keeper,
      TrainingListener listener,
      JobDescription description) {
    this.settings = settings;
    this.schedule = schedule;
    this.crews = crews;
    this.gatekeeper = new Gatekeeper(settings.stages(), milestones);
    this.keeper = keeper;
    this.listener = listener;
    this.description = description;
    this.assessor = new Assessor(settings, schedule, crews, listener, description);
    this.divergence = new Divergence(settings.worker().network(), schedule);
  }

  /**
   * Goes on from the given state to the end of the job.
   *
   * @param before a stage before which it ends; a large number: none
   */
  TrainingState run(TrainingState start, int before) {
    end = before;
    requireSettled(start);
    gatekeeper.pass(start);
    TrainingState state = enterPhases(start);
    tellPhase(state);
    while (state.position().phase() != Phase.DONE && state.position().stage() < end) {
      state = goOn(state);
    }
    return state;
  }

  private TrainingState goOn(TrainingState state) {
    TrainingState next;
    try {
      next = toSound(state);
    } catch (TrainingDivergedException e) {
      Gatekeeper.Verdict verdict = gatekeeper.judge(state.at(latest), e).orElseThrow(() -> e);
      crew(state.position()).exchange().release();
      return takenBack(verdict.rollBack(), verdict.back().orElseThrow());
    }
    reclaim(state, next);
    return atBoundary(next);
  }

  /**
   * The arrays of a state within an epoch serve for later ones, once there is the next: those at
   * its beginning are what a stage may go back to, and what listeners and keepers were given.
   */
  private void reclaim(TrainingState state, TrainingState next) {
    if (state.position().stepOfEpoch() != 0 && !keeper.holdsStates()) {
      crew(state.position()).steps().reclaim(state, next);
    }
  }

  /** The next settled state; at the end of an epoch it can be evaluated. */
  private TrainingState toSound(TrainingState state) {
    latest = state.position();
    try {
      TrainingState next = toSettled(atFirstStep(state));
      if (next.position().stepOfEpoch() == 0) {
        requireSound(WeightAverage.taken(next));
      }
      return next;
    } catch (NotFiniteException e) {
      throw Divergence.of(latest, e);
    }
  }

  /** Stops at numbers that have no codes; warns of weights whose codes tell nothing any more. */
  private void requireSound(TrainingState state) {
    divergence.requireSound(latest, state);
    if (latest.phase() != Phase.FLOAT) {
      widths
          .weights(latest, schedule.graph(latest), state)
          .forEach(message -> LOG.warn("{}", message));
    }
  }

  /** At the beginning of the stage again, or at the end. */
  private TrainingState takenBack(RollBack rollBack, TrainingState back) {
    told = StepOrder.NO_STEP;
    tell(rollBack);
    if (back.position().phase() == Phase.DONE) {
      keeper.afterPhase(back, rollBack.ended(), Double.NaN);
    } else {
      keeper.afterRollBack(back);
    }
    tellPhase(back);
    return back;
  }

  private void tell(RollBack rollBack) {
    LOG.info(rollBack.text());
    listener.rolledBack(rollBack);
  }

  private Crew crew(Position at) {
    Stage stage = schedule.stage(at);
    return crews.of(
        at.phase() == Phase.QAT ? settings.trainingWorker(stage) : settings.worker(stage));
  }

  private void requireSettled(TrainingState start) {
    if (!schedule.isSettled(start.position())) {
      throw new IllegalArgumentException(
          "Invalid state to start from: step %d of an epoch (rounding errors of gradients are missing there)"
              .formatted(start.position().stepOfEpoch()));
    }
  }

  /** Weights are equalized for the first calibration, and held from a stage's first step on. */
  private TrainingState atFirstStep(TrainingState state) {
    Position at = state.position();
    if (at.epoch() != 0 || at.stepOfEpoch() != 0) {
      return state;
    }
    if (at.phase() == Phase.QAT) {
      return HeldWeights.atBeginning(state, schedule.graph(at), schedule.stage(at).share());
    }
    return schedule.isFirstCalibration(at)
            && settings.preparations().contains(Preparation.EQUALIZATION)
        ? state.parameters(
            new Equalization(schedule.graph(at).graph())
                .equalized(state.parameters(), state.statistics()))
        : state;
  }

  /** Steps until a state is all that there is to know; all of them again when errors are lost. */
  private TrainingState toSettled(TrainingState start) {
    Steps steps = crew(start.position()).steps();
    while (true) {
      TrainingState state = start;
      int done = 0;
      try {
        do {
          description.step(state.position());
          latest = state.position();
          TrainingStep.Outcome outcome = steps.next(state);
          if (done > 0) {
            steps.reclaim(state, outcome.state());
          }
          done++;
          tell(schedule.sequence(state.position()), outcome.report());
          state = outcome.state();
        } while (!steps.isSettled(state));
        state = steps.whole(state);
        keepWithinEpoch(state, done);
        return state;
      } catch (StateLostException e) {
        LOG.warn("{}: going back to step {}", e.getMessage(), start.position().step());
      }
    }
  }

  /** Tells of a step that is made for the first time. */
  private void tell(long number, StepReport report) {
    if (number > told) {
      told = number;
      listener.stepDone(report);
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
      keeper.afterEpoch(state, assessed(state).deciding().accuracy());
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
      Evaluations evaluations = assessed(state);
      Optional<Gatekeeper.Verdict> verdict = gatekeeper.judge(state, evaluations);
      if (verdict.isPresent() && verdict.get().back().isPresent()) {
        state = takenBack(verdict.get().rollBack(), verdict.get().back().get());
      } else {
        verdict.ifPresent(each -> tell(each.rollBack()));
        state = entered(state, evaluations);
      }
    }
    return state;
  }

  private Evaluations assessed(TrainingState state) {
    crew(state.position()).exchange().release();
    return assessor.evaluate(state);
  }

  private TrainingState entered(TrainingState state, Evaluations evaluations) {
    Position ended = state.position();
    TrainingState next =
        state
            .results(assessor.results(state, evaluations))
            .at(settings.stages().afterPhase(ended))
            .slots(settings.optimizer().initialSlots(settings.worker().network().parameters()));
    if (settings.stages().endsStage(ended)) {
      next = next.memory(state.memory().only(HeldWeights.HELD));
    }
    keeper.afterPhase(next, ended, evaluations.deciding().accuracy());
    gatekeeper.pass(next);
    return next;
  }

  private void tellPhase(TrainingState state) {
    Position at = state.position();
    if (at.stage() >= end) {
      return;
    }
    listener.stageStarted(schedule.stage(at));
    listener.phaseStarted(at.phase(), schedule.epochs(at), schedule.steps(at));
  }
}
