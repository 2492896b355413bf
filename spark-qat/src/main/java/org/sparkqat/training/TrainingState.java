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
 */
public record TrainingState(
    Position position,
    float[] parameters,
    float[][] slots,
    float[] statistics,
    Ranges ranges,
    long observations,
    Map<String, Double> results) {

  public TrainingState {
    results = Map.copyOf(results);
  }
}
