package org.sparkqat.distributed;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.distributed.evaluation.Evaluations;
import org.sparkqat.distributed.progress.RollBack;
import org.sparkqat.distributed.progress.RollBack.Outcome;
import org.sparkqat.training.Gate;
import org.sparkqat.training.Gate.Figures;
import org.sparkqat.training.Gate.Reference;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;

/**
 * Judges stages by their gates, and has the state to go back to: the one at the end of the stage
 * before. Its decisions depend on nothing but states, so that a job that goes on decides alike.
 */
final class Gatekeeper {

  private final Stages stages;
  private final Milestones milestones;
  private Optional<TrainingState> good = Optional.empty();

  Gatekeeper(Stages stages, Milestones milestones) {
    this.stages = stages;
    this.milestones = milestones;
  }

  /** A verdict on a stage, with the state to go on from when it is taken back. */
  record Verdict(RollBack rollBack, Optional<TrainingState> back) {}

  /** Notes a state to come back to, if it is at the beginning of a stage. */
  void pass(TrainingState state) {
    Position at = state.position();
    if (at.phase() != Phase.DONE && at.equals(stages.begin(at.stage(), at.attempt(), at.step()))) {
      good = Optional.of(state);
    }
  }

  /**
   * Judges the end of a phase by what was found on the validation data, or else on the test data;
   * empty: it passes.
   */
  Optional<Verdict> judge(TrainingState ended, Evaluations found) {
    Position at = ended.position();
    if (!stages.endsStage(at)) {
      return Optional.empty();
    }
    return stages
        .at(at)
        .gate()
        .flatMap(
            gate ->
                gate.obstacle(
                        new Figures(found.deciding().accuracy(), found.deciding().loss()),
                        reference(gate, ended, found.decidingSet()))
                    .map(reason -> failed(gate, ended, Optional.of(found), reason)));
  }

  /** Judges a stage that has come to numbers that are not finite; empty: it has no gate. */
  Optional<Verdict> judge(TrainingState last, TrainingDivergedException divergence) {
    return stages
        .at(last.position())
        .gate()
        .map(gate -> failed(gate, last, Optional.empty(), String.valueOf(divergence.getMessage())))
        .filter(verdict -> verdict.back().isPresent());
  }

  private Figures reference(Gate gate, TrainingState state, EvaluationSet set) {
    String name =
        gate.reference() == Reference.FLOAT
            ? "float"
            : stages.get(state.position().stage() - 1).name() + "Stage";
    return Evaluations.in(state.results(), name, set);
  }

  private Verdict failed(
      Gate gate, TrainingState state, Optional<Evaluations> found, String reason) {
    Position at = state.position();
    Stage before = stages.get(at.stage() - 1);
    boolean again = at.attempt() < gate.retries();
    Outcome outcome =
        again
            ? Outcome.REPEATED
            : gate.failure() == Gate.Failure.STOP ? Outcome.STOPPED : Outcome.KEPT;
    RollBack rollBack =
        new RollBack(
            at,
            stages.at(at).name(),
            found.map(Evaluations::decidingSet),
            reason,
            before.name(),
            outcome);
    return new Verdict(
        rollBack,
        switch (outcome) {
          case REPEATED ->
              Optional.of(back(at, found, stages.begin(at.stage(), at.attempt() + 1, at.step())));
          case STOPPED ->
              Optional.of(
                  back(at, found, new Position(at.stage() - 1, 0, Phase.DONE, 0, 0, at.step())));
          case KEPT -> Optional.empty();
        });
  }

  private TrainingState back(Position from, Optional<Evaluations> found, Position to) {
    String before = stages.get(from.stage() - 1).name();
    TrainingState state =
        good.filter(each -> each.position().stage() == from.stage())
            .or(() -> milestones.tagged(before))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "Cannot go back to stage '%s': its checkpoint is not there"
                            .formatted(before)));
    Map<String, Double> results = new HashMap<>(state.results());
    String stage = stages.at(from).name() + "Stage";
    results.put(stage + "Failures", from.attempt() + 1.0);
    found.ifPresent(each -> each.putInto(results, stage));
    return state.results(results).at(to);
  }
}
