package org.sparkqat.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.app.output.EvaluationMetrics;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.StepMetrics;
import org.sparkqat.app.progress.Progress;
import org.sparkqat.app.progress.Update;
import org.sparkqat.app.report.AccuracyTable.Measure;
import org.sparkqat.distributed.Evaluation;
import org.sparkqat.distributed.StepReport;
import org.sparkqat.distributed.TrainingListener;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** Writes the metrics of a run and shows its progress. */
final class RunRecorder implements TrainingListener {

  private final MetricsLog metrics;
  private final Progress progress;
  private final Measure measure;
  private final int examplesPerStep;
  private final long steps;
  private int epochs;
  private int stepsPerEpoch;
  private long lastStep = System.nanoTime();

  /**
   * A recorder of one run.
   *
   * @param steps optimizer steps of the whole job
   */
  RunRecorder(
      MetricsLog metrics, Progress progress, Measure measure, int examplesPerStep, long steps) {
    this.metrics = metrics;
    this.progress = progress;
    this.measure = measure;
    this.examplesPerStep = examplesPerStep;
    this.steps = steps;
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
    boolean optimizes = at.phase() != Phase.CALIBRATION;
    if (optimizes) {
      add(event(report, seconds));
    }
    progress.step(
        new Update(
            word(at.phase()),
            at.epoch() + 1,
            epochs,
            at.stepOfEpoch() + 1,
            stepsPerEpoch,
            steps - at.step() - (optimizes ? 1 : 0),
            examplesPerStep,
            report.loss()));
  }

  private Map<String, Object> event(StepReport report, double seconds) {
    Position at = report.position();
    return new StepMetrics(
            at.phase(),
            at.epoch() + 1,
            at.step() + 1,
            examplesPerStep,
            report.loss(),
            report.learningRate(),
            report.clip().norm(),
            Math.toIntExact(report.shardClips().acted()),
            report.clip().factor(),
            report.clipRate(),
            report.saturationRate(),
            seconds,
            report.timing())
        .event();
  }

  @Override
  public void evaluated(TrainingState state, Evaluation evaluation) {
    Position at = state.position();
    String mode = mode(at.phase());
    add(
        new EvaluationMetrics(
                mode,
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
    String place = trained ? mode + " " + at.epoch() + "/" + epochs : mode;
    progress.message(
        String.format(Locale.ROOT, "%s  test %s  loss %.4f", place, figure, evaluation.loss()));
    flush();
    lastStep = System.nanoTime();
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
      case QAT, DONE -> "qat";
    };
  }

  private static String word(Phase phase) {
    return phase == Phase.CALIBRATION ? "calibration" : mode(phase);
  }
}
