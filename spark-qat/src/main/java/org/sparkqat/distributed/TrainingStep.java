package org.sparkqat.distributed;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.BiasCorrection;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.HeldWeights;
import org.sparkqat.training.NonFinite;
import org.sparkqat.training.Oscillations;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.RangeLearner;
import org.sparkqat.training.RunningStatistics;
import org.sparkqat.training.StageMemory;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/**
 * The step of the driver as a pure function: state and merged result of all shards in, next state
 * out.
 */
final class TrainingStep {

  /** Batch-norm statistics of the steps of an estimation so far. */
  private static final String ESTIMATE = "estimate";

  private static final ClipReport NOT_CLIPPED = new ClipReport(0, 1, 0, 0);

  private final TrainingSettings settings;
  private final Schedule schedule;
  private final Network network;

  /** Of each stage, when its first step was made. */
  private final Map<Integer, Oscillations> oscillations = new HashMap<>();

  /** Of each stage, when its first step was made. */
  private final Map<Integer, RangeLearner> learners = new HashMap<>();

  TrainingStep(TrainingSettings settings, Schedule schedule) {
    this.settings = settings;
    this.schedule = schedule;
    this.network = settings.worker().network();
  }

  /** The next state, and what is worth telling of the step. */
  record Outcome(TrainingState state, StepReport report) {

    /** The same, with where the time went. */
    Outcome timed(StepTiming spent) {
      return new Outcome(state, report.timed(spent));
    }
  }

  Outcome next(TrainingState state, StepResult result) {
    requireFinite(state.position(), result);
    return switch (state.position().phase()) {
      case CALIBRATION -> calibrated(state, result);
      case ESTIMATION -> estimated(state, result);
      case FLOAT, QAT, DONE -> updated(state, result);
    };
  }

  /**
   * The estimate is in force when it is complete: the steps of a pass are made with one network.
   */
  private Outcome estimated(TrainingState state, StepResult result) {
    Position at = state.position();
    Position after = schedule.after(at);
    float[] estimate =
        RunningStatistics.pooled(
            state.memory().of(ESTIMATE).orElse(state.statistics()),
            at.stepOfEpoch(),
            result.statisticSums(),
            result.statisticCounts(),
            network);
    TrainingState next =
        schedule.endsPhase(after)
            ? state.statistics(estimate).memory(state.memory().without(ESTIMATE))
            : state.memory(state.memory().with(ESTIMATE, estimate));
    return new Outcome(next.at(after), report(state, result, 0, NOT_CLIPPED, StageFigures.NONE));
  }

  /**
   * The same for a training step whose gradient workers have merged, and with which they update
   * parameters and slots: the next state has those of the given one.
   *
   * @param clip what clipping does to the gradient
   * @param firstNonFinite position of the gradient's first element that is not finite
   */
  Outcome next(TrainingState state, StepResult result, ClipReport clip, int firstNonFinite) {
    Position at = state.position();
    requireFinite(at, result);
    if (!Double.isFinite(clip.norm())) {
      throw TrainingDivergedException.ofGradient(at.step(), nameAt(firstNonFinite));
    }
    return updated(state, result, clip, state.parameters(), state.slots());
  }

  /**
   * True when the driver looks at the parameters before or after the step to come: it holds weights
   * on their codes, mixes real and quantized ones, watches their codes, learns their ranges, or
   * averages them.
   */
  boolean needsParameters(TrainingState state) {
    Position at = state.position();
    return settings.average().isPresent()
        || (at.phase() == Phase.QAT
            && (schedule.stage(at).share().mixes()
                || settings.watch().isPresent()
                || state.memory().of(HeldWeights.HELD).isPresent()
                || (moves(at) && learner(at).learns())));
  }

  private String nameAt(int position) {
    return network.parameters().parameters().stream()
        .filter(p -> position >= p.offset() && position < p.end())
        .map(Parameter::name)
        .findFirst()
        .orElse("?");
  }

  private Outcome calibrated(TrainingState state, StepResult result) {
    TrainingState fresh =
        schedule.startsCalibration(state.position())
            ? state.ranges(schedule.noRanges(state.position()), 0)
            : state;
    Ranges ranges =
        result.histograms().length > 0
            ? fitted(fresh, result.histograms())
            : observe(fresh, result.observed());
    TrainingState next =
        corrected(
            fresh
                .ranges(
                    learner(state.position()).started(ranges, state.parameters()),
                    fresh.observations() + 1)
                .at(schedule.after(state.position())));
    StepReport report =
        new StepReport(
            state.position(),
            settings.globalBatch(),
            Double.NaN,
            0,
            ClipTotals.EMPTY,
            NOT_CLIPPED,
            0,
            0,
            StageFigures.NONE,
            StepTiming.NONE);
    return new Outcome(next, report);
  }

  /** The state with corrected biases where the first calibration ends and they are wanted. */
  private TrainingState corrected(TrainingState state) {
    Position at = state.position();
    return settings.preparations().contains(Preparation.BIAS_CORRECTION)
            && schedule.isFirstCalibration(at)
            && schedule.endsPhase(at)
        ? new BiasCorrection(schedule.graph(at)).corrected(state)
        : state;
  }

  private Outcome updated(TrainingState state, StepResult result) {
    Position at = state.position();
    float[] gradient = result.gradient();
    float share = 1f / result.shards();
    ParameterLayout layout = network.parameters();
    HeldWeights.stop(gradient, state.memory());
    ClipReport clip =
        settings.clipping().apply(gradient, share, state.parameters(), layout, Loops.PARALLEL);
    requireFiniteGradient(at, clip, gradient);
    double rate = schedule.learningRate(at);
    long update = schedule.update(at);
    float[][] copies = copies(state);
    float[] parameters = copies[0];
    float[][] slots = Arrays.copyOfRange(copies, 1, copies.length);
    settings.optimizer().update(parameters, gradient, slots, layout, rate, update, Loops.PARALLEL);
    HeldWeights.restore(parameters, state.parameters(), state.memory(), schedule.graph(at));
    return updated(state, result, clip, parameters, slots);
  }

  private Outcome updated(
      TrainingState state,
      StepResult result,
      ClipReport clip,
      float[] parameters,
      float[][] slots) {
    Position at = state.position();
    boolean quantized = at.phase() == Phase.QAT;
    TrainingState next =
        new TrainingState(
            schedule.after(at),
            parameters,
            slots,
            statistics(state, result),
            moves(at) ? observe(state, result.observed()) : state.ranges(),
            state.observations() + (quantized ? 1 : 0),
            state.results(),
            state.memory());
    double rate = schedule.learningRate(at);
    Watched watched = watch(state, learned(next, at, result, rate));
    return new Outcome(
        averaged(state, watched.state()), report(state, result, rate, clip, watched.figures()));
  }

  /** The state after a step with the average of the weights, which takes their place at the end. */
  private TrainingState averaged(TrainingState before, TrainingState after) {
    if (settings.average().isEmpty()) {
      return after;
    }
    TrainingState next =
        settings.average().get().follow(before, after, schedule.update(before.position()) - 1);
    return schedule.endsPhase(next.position()) ? WeightAverage.taken(next) : next;
  }

  /** A state whose memory knows of the step. */
  private record Watched(TrainingState state, StageFigures figures) {}

  /** True when ranges follow what a step finds. */
  private boolean moves(Position at) {
    int freezeEpoch = schedule.stage(at).rangeFreezeEpoch().orElse(settings.ranges().freezeEpoch());
    return at.phase() == Phase.QAT && at.epoch() < freezeEpoch;
  }

  /** A state after a step at the given position, with a step of the learned ranges too. */
  private Watched learned(TrainingState state, Position at, StepResult result, double rate) {
    RangeLearner learner = learner(at);
    if (!moves(at) || !learner.learns()) {
      return new Watched(state, StageFigures.NONE);
    }
    RangeLearner.Step step =
        learner.step(
            state.ranges(),
            state.memory().of(RangeLearner.MOMENTA).orElseGet(learner::initialMomenta),
            result.observed(),
            result.rangeSums(),
            1.0 / result.shards(),
            state.parameters(),
            rate,
            at.step());
    return new Watched(
        state
            .ranges(step.ranges(), state.observations())
            .memory(state.memory().with(RangeLearner.MOMENTA, step.momenta())),
        StageFigures.NONE.ranges(step.report()));
  }

  private RangeLearner learner(Position at) {
    return learners.computeIfAbsent(
        at.stage(), s -> new RangeLearner(schedule.graph(at), settings.ranges()));
  }

  private Watched watch(TrainingState before, Watched learned) {
    Watched watched = learned;
    BatchNormFreeze freeze = schedule.stage(before.position()).freeze();
    if (freeze.isAutomatic() && !schedule.isFrozen(before)) {
      watched = drift(freeze, before, watched);
    }
    if (before.position().phase() == Phase.QAT && settings.watch().isPresent()) {
      watched = oscillations(watched, oscillations(before.position()));
    }
    return held(watched, before.position());
  }

  private Watched held(Watched watched, Position at) {
    return watched
        .state()
        .memory()
        .of(HeldWeights.HELD)
        .map(held -> watched.figures().held(HeldWeights.share(held, schedule.graph(at))))
        .map(figures -> new Watched(watched.state(), figures))
        .orElse(watched);
  }

  private Watched drift(BatchNormFreeze freeze, TrainingState before, Watched watched) {
    TrainingState after = watched.state();
    double drift = RunningStatistics.drift(before.statistics(), after.statistics(), network);
    StageMemory memory = after.memory();
    return new Watched(
        after.memory(memory.quietSteps(freeze.quietAfter(memory.quietSteps(), drift))),
        watched.figures().batchNormDrift(drift));
  }

  /** The state's weights that are frozen are moved onto their codes. */
  private static Watched oscillations(Watched watched, Oscillations by) {
    TrainingState state = watched.state();
    Oscillations.Found found =
        by.observe(state.memory(), state.parameters(), state.statistics(), state.ranges());
    return new Watched(
        state.memory(found.memory()),
        watched.figures().weights(found.oscillating(), found.frozen()));
  }

  private Oscillations oscillations(Position at) {
    return oscillations.computeIfAbsent(
        at.stage(), s -> new Oscillations(schedule.graph(at), settings.watch().orElseThrow()));
  }

  private StepReport report(
      TrainingState state, StepResult result, double rate, ClipReport clip, StageFigures figures) {
    Position at = state.position();
    return new StepReport(
        at,
        settings.globalBatch(),
        result.loss() / result.shards(),
        rate,
        result.clips(),
        clip,
        result.saturated(),
        at.phase() == Phase.QAT
            ? quantizedPerExample(schedule.graph(at)) * settings.globalBatch()
            : 0,
        figures,
        StepTiming.NONE);
  }

  /** Activations that a quantizer acts on: the input, and the outputs that become codes. */
  private static long quantizedPerExample(QuantizedGraph graph) {
    long values = graph.input().isPresent() ? graph.graph().network().inputShape().size() : 0;
    for (Block block : graph.graph().blocks()) {
      values += graph.outputs().get(block.index()).isPresent() ? block.outputShape().size() : 0;
    }
    return values;
  }

  private float[] statistics(TrainingState state, StepResult result) {
    boolean fromBatch = result.statisticCounts().length > 0 && result.statisticCounts()[0] > 0;
    return fromBatch
        ? RunningStatistics.update(
            state.statistics(), result.statisticSums(), result.statisticCounts(), network)
        : state.statistics();
  }

  private Ranges fitted(TrainingState state, long[] histograms) {
    Ranges ranges = state.ranges();
    Ranges next = ranges.copy();
    for (QuantizationPoint point : schedule.graph(state.position()).points()) {
      ActivationQuantizer by = point.quantizer();
      for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
        int from = slot * Histogram.BINS;
        long[] counts = Arrays.copyOfRange(histograms, from, from + Histogram.BINS);
        if (by.observer() instanceof Observer.Fitted fitted && !ranges.range(slot).isEmpty()) {
          Histogram histogram = new Histogram(ranges.range(slot), counts);
          next.set(slot, fitted.fitted(histogram, by.format()));
        }
      }
    }
    return next;
  }

  private Ranges observe(TrainingState state, Ranges observed) {
    Ranges next = state.ranges().copy();
    boolean trains = state.position().phase() == Phase.QAT;
    for (QuantizationPoint point : schedule.graph(state.position()).points()) {
      Observer observer = point.quantizer().observer();
      if (trains
          && (observer instanceof Observer.Fitted || point.quantizer().range().isLearned())) {
        continue;
      }
      for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
        Range current = next.range(slot);
        next.set(slot, observer.update(current, observed.range(slot), state.observations()));
      }
    }
    return next;
  }

  private void requireFinite(Position at, StepResult result) {
    QuantizedGraph graph = schedule.graph(at);
    double loss = result.loss() / result.shards();
    if (!Double.isFinite(loss)) {
      int block = result.firstNonFinite();
      boolean known = block >= 0 && block < graph.graph().blocks().size();
      throw known
          ? TrainingDivergedException.ofLoss(
              loss, at.step(), graph.graph().blocks().get(block).name())
          : TrainingDivergedException.ofLoss(loss, at.step());
    }
    for (QuantizationPoint point : graph.points()) {
      for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
        Range range = result.observed().range(slot);
        if (!range.isEmpty() && !range.isFinite()) {
          throw TrainingDivergedException.ofRange(at.step(), point.name());
        }
      }
    }
  }

  private void requireFiniteGradient(Position at, ClipReport clip, float[] gradient) {
    if (!Double.isFinite(clip.norm())) {
      throw TrainingDivergedException.ofGradient(
          at.step(),
          NonFinite.first(gradient, network.parameters()).map(p -> p.name()).orElse("?"));
    }
  }

  /** Parameters and slots, which the state keeps as they are. */
  private static float[][] copies(TrainingState state) {
    Stream<float[]> arrays =
        Stream.concat(Stream.of(state.parameters()), Arrays.stream(state.slots()));
    boolean large = state.parameters().length >= Loops.PIECE;
    return (large ? arrays.parallel() : arrays).map(float[]::clone).toArray(float[][]::new);
  }
}
