package org.sparkqat.distributed;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.BiasCorrection;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.ClippedGradient;
import org.sparkqat.training.HeldWeights;
import org.sparkqat.training.OptimizerArrays;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.RunningStatistics;
import org.sparkqat.training.SpareArrays;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/**
 * The step of the driver as a pure function: state and merged result of all shards in, next state
 * out, in arrays of its own. Those of states that are done with serve again.
 */
final class TrainingStep {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingStep.class);

  /** Batch-norm statistics of the steps of an estimation so far. */
  private static final String ESTIMATE = "estimate";

  private static final ClipReport NOT_CLIPPED = new ClipReport(0, 1, 0, 0);

  private final TrainingSettings settings;
  private final Schedule schedule;
  private final Network network;

  private final RangeUpdates ranges;
  private final StageWatch watch;
  private final Divergence divergence;
  private final SpareArrays spare = new SpareArrays();
  private final RangeWatch widths = new RangeWatch();

  TrainingStep(TrainingSettings settings, Schedule schedule) {
    this.settings = settings;
    this.schedule = schedule;
    this.network = settings.worker().network();
    this.ranges = new RangeUpdates(settings, schedule);
    this.watch = new StageWatch(settings, schedule, spare);
    this.divergence = new Divergence(network, schedule);
  }

  /** The next state, and what is worth telling of the step. */
  record Outcome(TrainingState state, StepReport report) {

    /** The same, with where the time went. */
    Outcome timed(StepTiming spent) {
      return new Outcome(state, report.timed(spent));
    }
  }

  /**
   * Frees the arrays of a state that nobody will read any more, but for those that its next one
   * has.
   *
   * @param state that the step before the latest one made
   * @param next that the latest step made of it
   */
  void reclaim(TrainingState state, TrainingState next) {
    spare.reclaim(state, next);
  }

  /**
   * The next state.
   *
   * @param result of all shards; its gradient serves for this step alone, and may be changed
   */
  Outcome next(TrainingState state, StepResult result) {
    spare.beginStep();
    divergence.requireFinite(state.position(), result);
    return sound(
        state.position(),
        switch (state.position().phase()) {
          case CALIBRATION -> calibrated(state, result);
          case ESTIMATION -> estimated(state, result);
          case FLOAT, QAT, DONE -> updated(state, result);
        });
  }

  /** The outcome of the step at a position, whose statistics and ranges have been looked at. */
  private Outcome sound(Position at, Outcome outcome) {
    TrainingState next = outcome.state();
    divergence.requireFinite(at, next.statistics(), next.ranges());
    if (at.phase() != Phase.FLOAT) {
      widths
          .activations(at, schedule.graph(at), next.ranges())
          .forEach(message -> LOG.warn("{}", message));
    }
    return outcome;
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
    spare.beginStep();
    divergence.requireFinite(at, result);
    divergence.requireFinite(at, clip, firstNonFinite);
    return sound(at, updated(state, result, clip, state.parameters(), state.slots()));
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
                || ranges.learn(at)));
  }

  private Outcome calibrated(TrainingState state, StepResult result) {
    TrainingState fresh =
        schedule.startsCalibration(state.position())
            ? state.ranges(schedule.noRanges(state.position()), 0)
            : state;
    TrainingState next =
        corrected(
            fresh
                .ranges(ranges.calibrated(fresh, result), fresh.observations() + 1)
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
    ClippedGradient clipped =
        settings.clipping().prepare(gradient, share, state.parameters(), layout, Loops.PARALLEL);
    divergence.requireFinite(at, clipped.report(), gradient);
    OptimizerArrays from = new OptimizerArrays(state.parameters(), state.slots());
    OptimizerArrays to = arrays();
    double rate = schedule.learningRate(at);
    long update = schedule.update(at);
    settings.optimizer().update(from, to, clipped.gradient(), layout, rate, update, Loops.PARALLEL);
    HeldWeights.restore(to.parameters(), from.parameters(), state.memory(), schedule.graph(at));
    return updated(state, result, clipped.report(), to.parameters(), to.slots());
  }

  /** Where the next parameters and slots are put. */
  private OptimizerArrays arrays() {
    int size = network.parameters().size();
    float[][] slots = new float[settings.optimizer().slots()][];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = spare.take(size);
    }
    return new OptimizerArrays(spare.take(size), slots);
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
            ranges.observed(state, result),
            state.observations() + (quantized ? 1 : 0),
            state.results(),
            state.memory());
    double rate = schedule.learningRate(at);
    Watched watched = watch.of(state, ranges.learned(next, at, result, rate));
    return new Outcome(
        averaged(state, watched.state()), report(state, result, rate, clip, watched.figures()));
  }

  /** The state after a step with the average of the weights, which takes their place at the end. */
  private TrainingState averaged(TrainingState before, TrainingState after) {
    if (settings.average().isEmpty()) {
      return after;
    }
    TrainingState next =
        settings
            .average()
            .get()
            .follow(before, after, schedule.update(before.position()) - 1, spare);
    return schedule.endsPhase(next.position()) ? WeightAverage.taken(next) : next;
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
}
