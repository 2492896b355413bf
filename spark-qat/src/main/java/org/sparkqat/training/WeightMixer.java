package org.sparkqat.training;

import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;

/**
 * Mixes real and quantized weights for the forward pass of a step; the gradient of the mixed
 * weights is taken for that of the real ones (straight through).
 */
public final class WeightMixer {

  private final QuantizedShare share;
  private final QuantizedWeights weights;
  private final long seed;

  /** A mixer for one stage. */
  public WeightMixer(QuantizedGraph graph, QuantizedShare share, long seed) {
    this.share = share;
    this.weights = new QuantizedWeights(graph);
    this.seed = seed;
  }

  /**
   * The parameters of a step's forward pass.
   *
   * @param step its number in the job
   * @param done share of the stage that is done, from 0 to 1
   */
  public float[] mixed(
      float[] parameters, float[] statistics, Ranges ranges, long step, double done) {
    float[] mixed = parameters.clone();
    float strength = (float) share.strength(done);
    boolean samples = share instanceof QuantizedShare.Sampled;
    weights
        .load(parameters, statistics, ranges)
        .forEach(
            block -> {
              for (int i = 0; i < block.codes().length; i++) {
                int at = block.offset() + i;
                if (!samples) {
                  mixed[at] = blended(mixed[at], block.value(i), strength);
                } else if (CounterRandom.uniform(seed, Purpose.NOISE, step, at, 0) < strength) {
                  mixed[at] = block.value(i);
                }
              }
            });
    return mixed;
  }

  /** At 1 the quantized weight itself, which the difference may be too coarse to lead to. */
  private static float blended(float real, float quantized, float strength) {
    return strength == 1f ? quantized : real + strength * (quantized - real);
  }
}
