package org.sparkqat.distributed;

import java.util.Optional;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Normalization;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Optimizer;

/**
 * What decides a job's result, beside its data and what its workers must know.
 *
 * @param clipping acts on the merged gradient
 * @param floatEpochs passes over the data in float, at least 0
 * @param calibrationSteps global batches whose ranges start the quantizers, at least 1
 * @param qatEpochs passes over the data with quantization, at least 0
 * @param freezeEpoch QAT epoch from which batch normalization uses the running statistics; {@link
 *     #NEVER}: it never does
 * @param coding how gradients travel
 */
public record TrainingSettings(
    WorkerSpecification worker,
    Optimizer optimizer,
    LearningRate floatRate,
    LearningRate qatRate,
    Clipping clipping,
    int floatEpochs,
    int calibrationSteps,
    int qatEpochs,
    int freezeEpoch,
    GradientCoding coding) {

  public static final int NEVER = Integer.MAX_VALUE;

  public TrainingSettings {
    require("float-epochs", floatEpochs, 0);
    require("calibration-steps", calibrationSteps, 1);
    require("qat-epochs", qatEpochs, 0);
    require("batch-norm-freeze-epoch", freezeEpoch, 0);
  }

  /** Gradients travel exactly. */
  public TrainingSettings(
      WorkerSpecification worker,
      Optimizer optimizer,
      LearningRate floatRate,
      LearningRate qatRate,
      Clipping clipping,
      int floatEpochs,
      int calibrationSteps,
      int qatEpochs,
      int freezeEpoch) {
    this(
        worker,
        optimizer,
        floatRate,
        qatRate,
        clipping,
        floatEpochs,
        calibrationSteps,
        qatEpochs,
        freezeEpoch,
        GradientCoding.EXACT);
  }

  /** The same with gradients that travel otherwise. */
  public TrainingSettings coding(GradientCoding other) {
    return new TrainingSettings(
        worker,
        optimizer,
        floatRate,
        qatRate,
        clipping,
        floatEpochs,
        calibrationSteps,
        qatEpochs,
        freezeEpoch,
        other);
  }

  private static void require(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          "Invalid " + what + ": " + value + " (must be at least " + least + ")");
    }
  }

  /** The same, for workers that all compute with one instruction set. */
  public TrainingSettings instructionSet(String name) {
    return worker(worker.instructionSet(name));
  }

  /** The same with other orders to workers. */
  public TrainingSettings worker(WorkerSpecification other) {
    return new TrainingSettings(
        other,
        optimizer,
        floatRate,
        qatRate,
        clipping,
        floatEpochs,
        calibrationSteps,
        qatEpochs,
        freezeEpoch,
        coding);
  }

  /**
   * The same with an instruction set where these settings leave it open, and the engine that has
   * it: a run that goes on does so with what it began with.
   */
  public TrainingSettings preferring(Optional<String> instructionSet) {
    boolean open = worker.instructionSet().isEmpty() && worker.engine() != EngineChoice.REFERENCE;
    return open && instructionSet.isPresent() && !instructionSet.get().equals(Engines.JAVA)
        ? instructionSet(instructionSet.get())
        : this;
  }

  /** Examples of one global batch. */
  public int globalBatch() {
    return worker.microBatch() * worker.shards();
  }

  Normalization qatNormalization(int epoch) {
    return epoch >= freezeEpoch ? Normalization.RUNNING : Normalization.BATCH;
  }
}
