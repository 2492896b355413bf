package org.sparkqat.distributed.progress;

import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Stage;
import org.sparkqat.training.TrainingState;

/** Told about a job's progress, on the driver, in order. */
public interface TrainingListener {

  /** Steps to come are those of the given stage; told again before each of its phases. */
  default void stageStarted(Stage stage) {}

  /** Steps to come are those of the given phase. */
  default void phaseStarted(Phase phase, int epochs, int stepsPerEpoch) {}

  default void stepDone(StepReport report) {}

  /** The network of a state, at the end of an epoch, was evaluated on the test data. */
  default void evaluated(TrainingState state, Evaluation evaluation) {}

  /** After {@link #evaluated}: the same on the validation data, if the job has them. */
  default void validated(TrainingState state, Evaluation evaluation) {}

  /** A stage has not passed its gate. */
  default void rolledBack(RollBack rollBack) {}
}
