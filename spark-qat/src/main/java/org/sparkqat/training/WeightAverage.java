package org.sparkqat.training;

import org.sparkqat.tensor.Loops;

/**
 * An exponential moving average of the float weights along a stage (Polyak and Juditsky 1992),
 * which are quantized for evaluation and become the weights at the stage's end: {@code a = a + c_k
 * * (w - a)} with {@code c_k = max(1 - decay, 1 / (k + 2))} after step {@code k} of the stage, from
 * the weights that it begins with. The running batch-norm statistics are averaged alike.
 *
 * @param decay in (0, 1), e.g. 0.999: about the last {@code 1 / (1 - decay)} steps count
 */
public record WeightAverage(double decay) {

  private static final String WEIGHTS = "average";
  private static final String STATISTICS = "averagestatistics";

  public WeightAverage {
    if (!(decay > 0 && decay < 1)) {
      throw Limits.invalid("weight average", decay, "allowed: above 0, below 1");
    }
  }

  /**
   * The state after a step, which knows the average.
   *
   * @param before the state before the step
   * @param step of the stage, from 0
   * @param arrays where the average is put
   */
  public TrainingState follow(
      TrainingState before, TrainingState after, long step, SpareArrays arrays) {
    double share = Math.max(1 - decay, 1.0 / (step + 2));
    StageMemory memory = after.memory();
    float[] weights = memory.of(WEIGHTS).orElse(before.parameters());
    float[] statistics = memory.of(STATISTICS).orElse(before.statistics());
    return after.memory(
        memory
            .with(WEIGHTS, moved(weights, after.parameters(), share, arrays))
            .with(STATISTICS, moved(statistics, after.statistics(), share, arrays)));
  }

  private static float[] moved(float[] from, float[] to, double share, SpareArrays arrays) {
    float[] moved = arrays.take(from.length);
    Loops.PARALLEL.run(
        0,
        from.length,
        (first, end) -> {
          for (int i = first; i < end; i++) {
            moved[i] = (float) (from[i] + share * ((double) to[i] - from[i]));
          }
        });
    return moved;
  }

  /** The state with the average in place of what was averaged; the same where there is none. */
  public static TrainingState taken(TrainingState state) {
    StageMemory memory = state.memory();
    return memory.of(WEIGHTS).isEmpty()
        ? state
        : state
            .parameters(memory.of(WEIGHTS).get())
            .statistics(memory.of(STATISTICS).orElseThrow())
            .memory(memory.without(WEIGHTS).without(STATISTICS));
  }
}
