package org.sparkqat.distributed.progress;

import java.util.List;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Stage;
import org.sparkqat.training.TrainingState;

/** Tells several listeners, one after another. */
public record Listeners(List<TrainingListener> all) implements TrainingListener {

  public Listeners {
    all = List.copyOf(all);
  }

  @Override
  public void stageStarted(Stage stage) {
    all.forEach(each -> each.stageStarted(stage));
  }

  @Override
  public void phaseStarted(Phase phase, int epochs, int stepsPerEpoch) {
    all.forEach(each -> each.phaseStarted(phase, epochs, stepsPerEpoch));
  }

  @Override
  public void stepDone(StepReport report) {
    all.forEach(each -> each.stepDone(report));
  }

  @Override
  public void evaluated(TrainingState state, Evaluation evaluation) {
    all.forEach(each -> each.evaluated(state, evaluation));
  }

  @Override
  public void validated(TrainingState state, Evaluation evaluation) {
    all.forEach(each -> each.validated(state, evaluation));
  }

  @Override
  public void rolledBack(RollBack rollBack) {
    all.forEach(each -> each.rolledBack(rollBack));
  }
}
