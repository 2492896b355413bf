package org.sparkqat.training;

import java.util.Map;
import org.sparkqat.quantization.Ranges;

/**
 * All that a training job knows between two steps; a checkpoint is this value written down. A step
 * replaces it as a whole.
 *
 * @param position the step to be made next
 * @param parameters trained parameters, in the network's layout
 * @param slots optimizer slots, each in the parameters' layout
 * @param statistics running batch-norm statistics, in the network's statistics layout
 * @param ranges ranges in force
 * @param observations how often the ranges were observed
 * @param results figures found on the way, e.g. {@code floatAccuracy}
 * @param memory what the stage remembers from step to step
 */
public record TrainingState(
    Position position,
    float[] parameters,
    float[][] slots,
    float[] statistics,
    Ranges ranges,
    long observations,
    Map<String, Double> results,
    StageMemory memory) {

  public TrainingState {
    results = Map.copyOf(results);
  }

  /** A state that remembers nothing else. */
  public TrainingState(
      Position position,
      float[] parameters,
      float[][] slots,
      float[] statistics,
      Ranges ranges,
      long observations,
      Map<String, Double> results) {
    this(position, parameters, slots, statistics, ranges, observations, results, StageMemory.NONE);
  }

  /** The same at another position. */
  public TrainingState at(Position other) {
    return new TrainingState(
        other, parameters, slots, statistics, ranges, observations, results, memory);
  }

  /** The same with other parameters. */
  public TrainingState parameters(float[] other) {
    return new TrainingState(
        position, other, slots, statistics, ranges, observations, results, memory);
  }

  /** The same with other optimizer slots. */
  public TrainingState slots(float[][] other) {
    return new TrainingState(
        position, parameters, other, statistics, ranges, observations, results, memory);
  }

  /** The same with other batch-norm statistics. */
  public TrainingState statistics(float[] other) {
    return new TrainingState(
        position, parameters, slots, other, ranges, observations, results, memory);
  }

  /** The same with other ranges, observed so often. */
  public TrainingState ranges(Ranges other, long newObservations) {
    return new TrainingState(
        position, parameters, slots, statistics, other, newObservations, results, memory);
  }

  /** The same with other figures. */
  public TrainingState results(Map<String, Double> other) {
    return new TrainingState(
        position, parameters, slots, statistics, ranges, observations, other, memory);
  }

  /** The same with another memory. */
  public TrainingState memory(StageMemory other) {
    return new TrainingState(
        position, parameters, slots, statistics, ranges, observations, results, other);
  }
}
