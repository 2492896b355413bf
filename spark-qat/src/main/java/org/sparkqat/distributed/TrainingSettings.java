package org.sparkqat.distributed;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.sparkqat.distributed.wire.GradientCoding;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.WeightAverage;

/**
 * What decides a job's result, beside its data and what its workers must know.
 *
 * @param worker what the workers of all stages must know; each stage has a scheme of its own
 * @param clipping acts on the merged gradient
 * @param calibrationSteps global batches whose ranges start the quantizers, at least 1
 * @param watch of weights that oscillate; empty: nobody watches
 * @param coding how gradients travel
 * @param ranges how ranges move in quantized stages
 * @param average of the weights, which the network of a stage comes to; empty: its last weights
 * @param preparations of the network for its first calibration
 */
public record TrainingSettings(
    WorkerSpecification worker,
    Optimizer optimizer,
    Stages stages,
    Clipping clipping,
    int calibrationSteps,
    Optional<OscillationWatch> watch,
    GradientCoding coding,
    RangeTraining ranges,
    Optional<WeightAverage> average,
    Set<Preparation> preparations) {

  public static final int NEVER = Stage.NEVER;

  public TrainingSettings {
    preparations = Set.copyOf(preparations);
    if (calibrationSteps < 1) {
      throw new IllegalArgumentException(
          "Invalid calibration-steps: " + calibrationSteps + " (must be at least 1)");
    }
  }

  /**
   * A float stage, and one with the worker's scheme; gradients travel exactly.
   *
   * @param freezeEpoch QAT epoch from which batch normalization uses the running statistics; {@link
   *     #NEVER}: it never does
   */
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
        Stages.of(
            worker.scheme(),
            floatEpochs,
            floatRate,
            qatEpochs,
            qatRate,
            BatchNormFreeze.from(freezeEpoch)),
        clipping,
        calibrationSteps,
        Optional.empty(),
        GradientCoding.EXACT,
        RangeTraining.DEFAULT,
        Optional.empty(),
        Set.of());
  }

  /** The parts of settings that differ from others in one. */
  private static final class Copy {
    private WorkerSpecification worker;
    private final Optimizer optimizer;
    private Stages stages;
    private final Clipping clipping;
    private final int calibrationSteps;
    private Optional<OscillationWatch> watch;
    private GradientCoding coding;
    private RangeTraining ranges;
    private Optional<WeightAverage> average;
    private Set<Preparation> preparations;

    private Copy(TrainingSettings of) {
      worker = of.worker;
      optimizer = of.optimizer;
      stages = of.stages;
      clipping = of.clipping;
      calibrationSteps = of.calibrationSteps;
      watch = of.watch;
      coding = of.coding;
      ranges = of.ranges;
      average = of.average;
      preparations = of.preparations;
    }

    private TrainingSettings settings() {
      return new TrainingSettings(
          worker,
          optimizer,
          stages,
          clipping,
          calibrationSteps,
          watch,
          coding,
          ranges,
          average,
          preparations);
    }
  }

  private TrainingSettings with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.settings();
  }

  /** The same with other stages. */
  public TrainingSettings stages(Stages other) {
    return with(copy -> copy.stages = other);
  }

  /** The same with gradients that travel otherwise. */
  public TrainingSettings coding(GradientCoding other) {
    return with(copy -> copy.coding = other);
  }

  /** The same with a watch over weights that oscillate. */
  public TrainingSettings watch(OscillationWatch other) {
    return with(copy -> copy.watch = Optional.of(other));
  }

  /** The same with ranges that move otherwise. */
  public TrainingSettings ranges(RangeTraining other) {
    return with(copy -> copy.ranges = other);
  }

  /** The same with an average of the weights. */
  public TrainingSettings average(WeightAverage other) {
    return with(copy -> copy.average = Optional.of(other));
  }

  /** The same with other preparations of the first calibration. */
  public TrainingSettings preparations(Set<Preparation> others) {
    return with(copy -> copy.preparations = others);
  }

  /** The same, for workers that all compute with one instruction set. */
  public TrainingSettings instructionSet(String name) {
    return worker(worker.instructionSet(name));
  }

  /** The same with other orders to workers. */
  public TrainingSettings worker(WorkerSpecification other) {
    return with(copy -> copy.worker = other);
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

  /** What workers must know of the network that a stage comes to. */
  WorkerSpecification worker(Stage stage) {
    return worker.scheme(stage.scheme());
  }

  /** What the workers of a stage's steps must know. */
  WorkerSpecification trainingWorker(Stage stage) {
    return worker.scheme(stage.trainingScheme());
  }

  /** Examples of one global batch. */
  public int globalBatch() {
    return worker.microBatch() * worker.shards();
  }
}
