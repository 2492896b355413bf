package org.sparkqat.distributed;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sparkqat.distributed.wire.GradientForm;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightMixer;

/** Which step follows which: the stages one after another, each with its phases. */
final class Schedule {

  private final TrainingSettings settings;
  private final Stages stages;
  private final List<QuantizedGraph> graphs;
  private final int stepsPerEpoch;

  /** Of each stage that mixes weights, when its first step was ordered. */
  private final Map<Integer, WeightMixer> mixers = new HashMap<>();

  Schedule(TrainingSettings settings, long examples) {
    this.settings = settings;
    this.stages = settings.stages();
    this.stepsPerEpoch = Math.toIntExact(examples / settings.globalBatch());
    BlockGraph graph = BlockGraph.of(settings.worker().network());
    this.graphs =
        stages.all().stream().map(stage -> QuantizedGraph.of(graph, stage.scheme())).toList();
  }

  int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  Stage stage(Position at) {
    return stages.at(at);
  }

  /** The network with the quantizers of the stage at a position. */
  QuantizedGraph graph(Position at) {
    return graphs.get(at.stage());
  }

  /** Epochs of the phase at a position; calibration is one short epoch. */
  int epochs(Position at) {
    return switch (at.phase()) {
      case FLOAT, QAT -> stage(at).epochs();
      case CALIBRATION, ESTIMATION -> 1;
      case DONE -> 0;
    };
  }

  /** Steps of an epoch of the phase at a position. */
  int steps(Position at) {
    return at.phase() == Phase.CALIBRATION ? calibrationSteps(at.stage()) : stepsPerEpoch;
  }

  private int observingSteps() {
    return Math.min(settings.calibrationSteps(), stepsPerEpoch);
  }

  /** The last one counts values, when a range is fitted to counts. */
  private int calibrationSteps(int stage) {
    boolean fits =
        graphs.get(stage).points().stream()
            .anyMatch(point -> point.quantizer().observer() instanceof Observer.Fitted);
    return observingSteps() + (fits ? 1 : 0);
  }

  /** True at the step that counts the values of all calibration steps. */
  private boolean counts(Position at) {
    return at.phase() == Phase.CALIBRATION && at.stepOfEpoch() == observingSteps();
  }

  /** The order of the step that a state is to make next. */
  StepOrder order(TrainingState state) {
    Position at = state.position();
    return new StepOrder(
        sequence(at),
        dataEpoch(at),
        at.stepOfEpoch(),
        counts(at) ? Arithmetic.HISTOGRAM : arithmetic(at.phase()),
        normalization(state),
        forwardParameters(state),
        state.statistics(),
        startsCalibration(at) ? noRanges(at) : state.ranges(),
        form(at));
  }

  /** The parameters, or weights that are real and quantized in part. */
  private float[] forwardParameters(TrainingState state) {
    Position at = state.position();
    if (at.phase() != Phase.QAT || !stage(at).share().mixes()) {
      return state.parameters();
    }
    long last = (long) stage(at).epochs() * stepsPerEpoch - 1;
    double done =
        (double) ((long) at.epoch() * stepsPerEpoch + at.stepOfEpoch()) / Math.max(1, last);
    return mixers
        .computeIfAbsent(
            at.stage(),
            s -> new WeightMixer(graph(at), stage(at).share(), settings.worker().seed()))
        .mixed(state.parameters(), state.statistics(), state.ranges(), sequence(at), done);
  }

  /** True at the first step of a calibration, which knows of no ranges. */
  boolean startsCalibration(Position at) {
    return at.phase() == Phase.CALIBRATION && at.stepOfEpoch() == 0 && at.epoch() == 0;
  }

  /** The ranges of the stage at a position, all empty. */
  Ranges noRanges(Position at) {
    return Ranges.empty(graph(at).slots());
  }

  private GradientForm form(Position at) {
    return optimizes(at)
        ? settings.coding().form(at.stepOfEpoch(), stepsPerEpoch)
        : GradientForm.PLAIN;
  }

  /** True where a step moves parameters. */
  static boolean optimizes(Position at) {
    return at.phase() == Phase.FLOAT || at.phase() == Phase.QAT;
  }

  /** True when a state at the position is all that there is to know: no shard has a residual. */
  boolean isSettled(Position at) {
    return !optimizes(at) || settings.coding().isSettled(at.stepOfEpoch());
  }

  private static Arithmetic arithmetic(Phase phase) {
    return switch (phase) {
      case FLOAT -> Arithmetic.FLOAT;
      case CALIBRATION -> Arithmetic.CALIBRATION;
      case QAT, ESTIMATION -> Arithmetic.QUANTIZED;
      case DONE -> throw new IllegalStateException("Cannot order a step: the job is done");
    };
  }

  private Normalization normalization(TrainingState state) {
    return switch (state.position().phase()) {
      case FLOAT, QAT -> isFrozen(state) ? Normalization.RUNNING : Normalization.BATCH;
      case ESTIMATION -> Normalization.BATCH;
      case CALIBRATION, DONE -> Normalization.RUNNING;
    };
  }

  /** True within the calibration that no other one was before. */
  boolean isFirstCalibration(Position at) {
    return at.phase() == Phase.CALIBRATION && stages.calibrationsBefore(at.stage()) == 0;
  }

  /** True when batch normalization uses its running statistics in the step to come. */
  boolean isFrozen(TrainingState state) {
    Position at = state.position();
    return stage(at).freeze().isFrozen(at.epoch(), state.memory().quietSteps());
  }

  /** Number of a step in the job, those that move no parameter included. */
  long sequence(Position at) {
    long sequence = at.step() + (optimizes(at) ? 0 : at.stepOfEpoch());
    for (int stage = 0; stage < at.stage(); stage++) {
      sequence += stages.calibrates(stage) ? calibrationSteps(stage) : 0;
      sequence += stages.get(stage).reEstimates() ? stepsPerEpoch : 0;
    }
    boolean calibrated = at.phase() != Phase.CALIBRATION && stages.calibrates(at.stage());
    return calibrated ? sequence + calibrationSteps(at.stage()) : sequence;
  }

  /**
   * Number of the pass over the data in the job; a stage that is repeated has passes of its own.
   */
  private long dataEpoch(Position at) {
    long pass =
        stages.passesBefore(at.stage()) + at.attempt() * stages.passesBefore(stages.count());
    if (at.phase() == Phase.CALIBRATION) {
      return pass;
    }
    int trained = at.phase() == Phase.ESTIMATION ? stage(at).epochs() : 0;
    return pass + (stages.calibrates(at.stage()) ? 1 : 0) + trained + at.epoch();
  }

  double learningRate(Position at) {
    double epoch = at.epoch() + (double) at.stepOfEpoch() / stepsPerEpoch;
    return stage(at).learningRate(epoch, at.attempt());
  }

  /**
   * Number of the optimizer's step at a position, from 1: its slots start anew with each stage, and
   * so does this.
   */
  long update(Position at) {
    return (long) at.epoch() * stepsPerEpoch + at.stepOfEpoch() + 1;
  }

  /** The position after the step at the given one, in the same phase. */
  Position after(Position at) {
    long step = optimizes(at) ? at.step() + 1 : at.step();
    return at.stepOfEpoch() + 1 < steps(at) ? at.nextStep(step) : at.nextEpoch(step);
  }

  boolean endsPhase(Position at) {
    return at.phase() != Phase.DONE && at.epoch() >= epochs(at);
  }
}
