package org.sparkqat.app.doctor;

import java.util.Locale;
import org.sparkqat.distributed.TrainingSettings;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stage.Form;
import org.sparkqat.training.Stages;

/**
 * How long a job will take, from the time of its micro-batches on one core of this machine.
 *
 * @param examples of the training data
 * @param testExamples of the test and the validation data
 * @param workers that train at the same time
 * @param resident true when workers stay, false for a Spark job a step
 */
record TimeCheck(
    StepCost cost,
    TrainingSettings settings,
    long examples,
    long testExamples,
    int workers,
    boolean resident)
    implements Check {

  /** Beside the computation, as spark-qat/docs/decisions/0008 measured it. */
  private static final double RESIDENT_MILLIS = 8;

  private static final double JOB_MILLIS = 100;

  @Override
  public Finding find() {
    double seconds = seconds();
    return Finding.ok(
            "about %s: a step of %,d examples takes about %s in float, %s quantized"
                .formatted(
                    duration(seconds),
                    settings.globalBatch(),
                    millis(stepMillis(cost.floating().millis())),
                    millis(stepMillis(cost.quantized().millis()))))
        .with("seconds", seconds)
        .with("floatStepMillis", stepMillis(cost.floating().millis()))
        .with("qatStepMillis", stepMillis(cost.quantized().millis()))
        .with("steps", steps() * settings.stages().epochs());
  }

  double seconds() {
    double training =
        steps()
            * (settings.stages().epochs(Form.FLOAT) * stepMillis(cost.floating().millis())
                + settings.stages().epochs(Form.QUANTIZED) * stepMillis(cost.quantized().millis()));
    Stages stages = settings.stages();
    int calibrations = stages.calibrationsBefore(stages.count());
    double calibration =
        calibrations
            * Math.min(settings.calibrationSteps(), steps())
            * stepMillis(cost.evaluationMillis());
    long estimations = stages.all().stream().filter(Stage::reEstimates).count();
    training += estimations * steps() * stepMillis(cost.quantized().millis());
    long evaluations = stages.epochs() + calibrations + estimations;
    return (training + calibration + evaluations * evaluationMillis()) / 1000;
  }

  /** Steps of an epoch. */
  private long steps() {
    return examples / settings.globalBatch();
  }

  private double stepMillis(double microBatchMillis) {
    return shardsOfWorker() * microBatchMillis + (resident ? RESIDENT_MILLIS : JOB_MILLIS);
  }

  /** Shards of the worker that has most. */
  private long shardsOfWorker() {
    return ceiling(settings.worker().shards(), workers);
  }

  private double evaluationMillis() {
    long examplesOfShard = ceiling(testExamples, settings.worker().shards());
    long microBatches = ceiling(examplesOfShard, settings.worker().microBatch());
    return shardsOfWorker() * microBatches * cost.evaluationMillis() + JOB_MILLIS;
  }

  private static long ceiling(long amount, long unit) {
    return (amount + unit - 1) / Math.max(unit, 1);
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f ms" : "%.0f ms", value);
  }

  private static String duration(double seconds) {
    if (seconds < 90) {
      return String.format(Locale.ROOT, "%.0f s", Math.max(1, seconds));
    }
    return seconds < 5400
        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }
}
