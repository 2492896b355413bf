package org.sparkqat.distributed;

import java.util.HashMap;
import java.util.Map;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.HeldWeights;
import org.sparkqat.training.Oscillations;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.RunningStatistics;
import org.sparkqat.training.SpareArrays;
import org.sparkqat.training.StageMemory;
import org.sparkqat.training.TrainingState;

/** Follows from step to step what a stage watches: batch-norm statistics, codes, held weights. */
final class StageWatch {

  private final TrainingSettings settings;
  private final Schedule schedule;
  private final SpareArrays arrays;

  /** Of each stage, when its first step was made. */
  private final Map<Integer, Oscillations> oscillations = new HashMap<>();

  StageWatch(TrainingSettings settings, Schedule schedule, SpareArrays arrays) {
    this.settings = settings;
    this.schedule = schedule;
    this.arrays = arrays;
  }

  /** A step with what the memory keeps of it. */
  Watched of(TrainingState before, Watched step) {
    Watched watched = step;
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
    double drift =
        RunningStatistics.drift(
            before.statistics(), after.statistics(), settings.worker().network());
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
        at.stage(),
        s -> new Oscillations(schedule.graph(at), settings.watch().orElseThrow(), arrays));
  }
}
