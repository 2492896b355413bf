package org.sparkqat.distributed;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** Which step follows which: float phase, calibration, QAT phase. */
final class Schedule {

  private final TrainingSettings settings;
  private final int stepsPerEpoch;
  private final int calibrationSteps;
  private final int countingSteps;

  Schedule(TrainingSettings settings, long examples) {
    this.settings = settings;
    this.stepsPerEpoch = Math.toIntExact(examples / settings.globalBatch());
    this.calibrationSteps = Math.min(settings.calibrationSteps(), stepsPerEpoch);
    this.countingSteps = fits(settings) ? 1 : 0;
  }

  /** True when a range is fitted to counts of values. */
  private static boolean fits(TrainingSettings settings) {
    WorkerSpecification worker = settings.worker();
    return QuantizedGraph.of(BlockGraph.of(worker.network()), worker.scheme()).points().stream()
        .anyMatch(point -> point.quantizer().observer().fits());
  }

  int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /** Epochs of a phase; calibration is one short epoch. */
  int epochs(Phase phase) {
    return switch (phase) {
      case FLOAT -> settings.floatEpochs();
      case CALIBRATION -> settings.qatEpochs() > 0 || settings.floatEpochs() > 0 ? 1 : 0;
      case QAT -> settings.qatEpochs();
      case DONE -> 0;
    };
  }

  int steps(Phase phase) {
    return phase == Phase.CALIBRATION ? calibrationSteps + countingSteps : stepsPerEpoch;
  }

  /** True at the step that counts the values of all calibration steps. */
  private boolean counts(Position at) {
    return at.phase() == Phase.CALIBRATION && at.stepOfEpoch() == calibrationSteps;
  }

  /** The order of the step that a state is to make next. */
  StepOrder order(TrainingState state) {
    Position at = state.position();
    return new StepOrder(
        sequence(at),
        dataEpoch(at),
        at.stepOfEpoch(),
        counts(at) ? Arithmetic.HISTOGRAM : arithmetic(at.phase()),
        normalization(at),
        state.parameters(),
        state.statistics(),
        state.ranges(),
        form(at));
  }

  private GradientForm form(Position at) {
    return at.phase() == Phase.CALIBRATION
        ? GradientForm.PLAIN
        : settings.coding().form(at.stepOfEpoch(), stepsPerEpoch);
  }

  /** True when a state at the position is all that there is to know: no shard has a residual. */
  boolean isSettled(Position at) {
    return at.phase() == Phase.CALIBRATION || settings.coding().isSettled(at.stepOfEpoch());
  }

  private static Arithmetic arithmetic(Phase phase) {
    return switch (phase) {
      case FLOAT -> Arithmetic.FLOAT;
      case CALIBRATION -> Arithmetic.CALIBRATION;
      case QAT -> Arithmetic.QUANTIZED;
      case DONE -> throw new IllegalStateException("Cannot order a step: the job is done");
    };
  }

  private Normalization normalization(Position at) {
    return switch (at.phase()) {
      case FLOAT -> Normalization.BATCH;
      case QAT -> settings.qatNormalization(at.epoch());
      default -> Normalization.RUNNING;
    };
  }

  /** Number of a step in the job, calibration included. */
  private long sequence(Position at) {
    return switch (at.phase()) {
      case FLOAT -> at.step();
      case CALIBRATION -> at.step() + at.stepOfEpoch();
      default -> at.step() + steps(Phase.CALIBRATION);
    };
  }

  /** Number of the pass over the data in the job, calibration included. */
  private long dataEpoch(Position at) {
    return switch (at.phase()) {
      case FLOAT -> at.epoch();
      case CALIBRATION -> settings.floatEpochs();
      default -> settings.floatEpochs() + 1L + at.epoch();
    };
  }

  double learningRate(Position at) {
    LearningRate rate = at.phase() == Phase.FLOAT ? settings.floatRate() : settings.qatRate();
    double epoch = at.epoch() + (double) at.stepOfEpoch() / stepsPerEpoch;
    return rate.at(epoch, epochs(at.phase()));
  }

  /** The position after the step at the given one, in the same phase. */
  Position after(Position at) {
    long step = at.phase() == Phase.CALIBRATION ? at.step() : at.step() + 1;
    return at.stepOfEpoch() + 1 < steps(at.phase())
        ? new Position(at.phase(), at.epoch(), at.stepOfEpoch() + 1, step)
        : new Position(at.phase(), at.epoch() + 1, 0, step);
  }

  boolean endsPhase(Position at) {
    return at.phase() != Phase.DONE && at.epoch() >= epochs(at.phase());
  }
}
