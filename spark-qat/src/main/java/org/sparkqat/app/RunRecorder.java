package org.sparkqat.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.app.output.EvaluationMetrics;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.StepMetrics;
import org.sparkqat.app.progress.Progress;
import org.sparkqat.app.progress.Update;
import org.sparkqat.app.report.AccuracyTable.Measure;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.distributed.progress.RollBack;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** Writes the metrics of a run and shows its progress. */
final class RunRecorder implements TrainingListener {

  private final MetricsLog metrics;
  private final Progress progress;
  private final Measure measure;
  private final int examplesPerStep;
  private final Stages stages;
  private final long stepsOfPass;
  private String stage = "";
  private int epochs;
  private int stepsPerEpoch;
  private long lastStep = System.nanoTime();

  /**
   * A recorder of one run.
   *
   * @param stepsOfPass optimizer steps of one pass over the data
   */
  RunRecorder(
      MetricsLog metrics,
      Progress progress,
      Measure measure,
      int examplesPerStep,
      Stages stages,
      long stepsOfPass) {
    this.metrics = metrics;
    this.progress = progress;
    this.measure = measure;
    this.examplesPerStep = examplesPerStep;
    this.stages = stages;
    this.stepsOfPass = stepsOfPass;
  }

  @Override
  public void stageStarted(Stage started) {
    stage = started.name();
  }

  @Override
  public void phaseStarted(Phase phase, int newEpochs, int newStepsPerEpoch) {
    epochs = newEpochs;
    stepsPerEpoch = newStepsPerEpoch;
    lastStep = System.nanoTime();
  }

  @Override
  public void stepDone(StepReport report) {
    long now = System.nanoTime();
    double seconds = (now - lastStep) * 1e-9;
    lastStep = now;
    Position at = report.position();
    boolean optimizes = at.phase() == Phase.FLOAT || at.phase() == Phase.QAT;
    if (optimizes) {
      add(new StepMetrics(stage, report, seconds).event());
    }
    progress.step(
        new Update(
            word(at.phase()),
            at.epoch() + 1,
            epochs,
            at.stepOfEpoch() + 1,
            stepsPerEpoch,
            stepsOfPass * stages.epochsFrom(at.stage()) - stepsOfStage(at),
            examplesPerStep,
            report.loss()));
  }

  /** Optimizer steps of the stage when the step at a position is done. */
  private long stepsOfStage(Position at) {
    return switch (at.phase()) {
      case CALIBRATION -> 0;
      case FLOAT, QAT -> stepsOfPass * at.epoch() + at.stepOfEpoch() + 1;
      case ESTIMATION, DONE -> stepsOfPass * stages.at(at).epochs();
    };
  }

  @Override
  public void evaluated(TrainingState state, Evaluation evaluation) {
    record(EvaluationSet.TEST, state, evaluation);
  }

  @Override
  public void validated(TrainingState state, Evaluation evaluation) {
    record(EvaluationSet.VALIDATION, state, evaluation);
  }

  private void record(EvaluationSet data, TrainingState state, Evaluation evaluation) {
    Position at = state.position();
    String mode = mode(at.phase());
    add(
        new EvaluationMetrics(
                data,
                mode,
                stage,
                at.phase(),
                at.epoch(),
                at.step(),
                evaluation.accuracy(),
                evaluation.loss(),
                evaluation.examples())
            .event());
    String figure =
        measure == Measure.ACCURACY
            ? String.format(Locale.ROOT, "accuracy %.2f %%", 100 * evaluation.accuracy())
            : String.format(Locale.ROOT, "R² %.4f", evaluation.accuracy());
    boolean trained = at.phase() != Phase.CALIBRATION && epochs > 0;
    String place =
        at.phase() == Phase.ESTIMATION
            ? stage + " re-estimated"
            : trained ? stage + " " + at.epoch() + "/" + epochs : mode;
    progress.message(
        String.format(Locale.ROOT, "%s  %s %s  loss %.4f", place, data, figure, evaluation.loss()));
    flush();
    lastStep = System.nanoTime();
  }

  @Override
  public void rolledBack(RollBack rollBack) {
    progress.message(rollBack.text());
    Map<String, Object> event = new LinkedHashMap<>();
    event.put(MetricsLog.KIND, "roll-back");
    event.put(MetricsLog.STAGE, rollBack.stage());
    event.put(MetricsLog.STEP, rollBack.ended().step());
    event.put("attempt", rollBack.ended().attempt() + 1);
    rollBack.data().ifPresent(set -> event.put(EvaluationMetrics.DATA, set.toString()));
    event.put("reason", rollBack.reason());
    event.put("outcome", rollBack.outcome().name().toLowerCase(Locale.ROOT));
    add(event);
    flush();
  }

  /** Brings the metrics so far to disk. */
  void flush() {
    try {
      metrics.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to write metrics", e);
    }
  }

  private void add(Map<String, Object> event) {
    try {
      metrics.add(event);
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to write metrics", e);
    }
  }

  /** The form of the network at the end of a phase. */
  static String mode(Phase phase) {
    return switch (phase) {
      case FLOAT -> "float";
      case CALIBRATION -> "ptq";
      case QAT, ESTIMATION, DONE -> "qat";
    };
  }

  private String word(Phase phase) {
    return switch (phase) {
      case CALIBRATION -> "calibration";
      case ESTIMATION -> "estimation";
      case FLOAT, QAT, DONE -> stage;
    };
  }
}
