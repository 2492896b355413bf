package org.sparkqat.training;

import java.util.Arrays;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Ranges;

/**
 * Watches the codes of a network's weights from step to step, on the driver, which has all weights:
 * what it finds depends on them alone. Used by one thread at a time.
 */
public final class Oscillations {

  /** Code of a frozen weight; NaN where it is free. */
  static final String FROZEN = "frozen";

  private static final String CODES = "codes";
  private static final String DIRECTIONS = "directions";
  private static final String FREQUENCIES = "frequencies";
  private static final String AVERAGES = "averages";

  private final OscillationWatch watch;
  private final QuantizedWeights weights;
  private final SpareArrays arrays;

  /**
   * A watch over the blocks of a network whose weights are codes.
   *
   * @param arrays where what is remembered is put
   */
  public Oscillations(QuantizedGraph graph, OscillationWatch watch, SpareArrays arrays) {
    this.watch = watch;
    this.weights = new QuantizedWeights(graph);
    this.arrays = arrays;
  }

  /**
   * What was found after a step.
   *
   * @param oscillating share of the free weights that oscillate among all
   * @param frozen share of the weights that are frozen
   */
  public record Found(StageMemory memory, double oscillating, double frozen) {}

  private record Counts(long weights, long oscillating, long frozen) {
    private static final Counts NONE = new Counts(0, 0, 0);

    private Counts plus(Counts other) {
      return new Counts(
          weights + other.weights, oscillating + other.oscillating, frozen + other.frozen);
    }
  }

  /** The numbers that are remembered, in the parameters' layout; changed in place. */
  private record Memory(
      float[] codes, float[] directions, float[] frequencies, float[] averages, float[] frozen) {

    private static Memory copyOf(StageMemory memory, int size, SpareArrays arrays) {
      return new Memory(
          copy(memory, CODES, size, Float.NaN, arrays),
          copy(memory, DIRECTIONS, size, 0f, arrays),
          copy(memory, FREQUENCIES, size, 0f, arrays),
          copy(memory, AVERAGES, size, 0f, arrays),
          copy(memory, FROZEN, size, Float.NaN, arrays));
    }

    private static float[] copy(
        StageMemory memory, String kind, int size, float initial, SpareArrays arrays) {
      return memory
          .of(kind)
          .map(arrays::copyOf)
          .orElseGet(
              () -> {
                float[] fresh = arrays.take(size);
                Arrays.fill(fresh, initial);
                return fresh;
              });
    }

    private StageMemory in(StageMemory memory) {
      return memory
          .with(CODES, codes)
          .with(DIRECTIONS, directions)
          .with(FREQUENCIES, frequencies)
          .with(AVERAGES, averages)
          .with(FROZEN, frozen);
    }
  }

  /**
   * Looks at the weights after a step.
   *
   * @param parameters frozen weights are moved onto their codes
   */
  public Found observe(StageMemory memory, float[] parameters, float[] statistics, Ranges ranges) {
    Memory now = Memory.copyOf(memory, parameters.length, arrays);
    Counts counts =
        weights
            .load(parameters, statistics, ranges)
            .filter(QuantizedWeights.Coded::areCodes)
            .map(block -> observe(block, now, parameters))
            .reduce(Counts.NONE, Counts::plus);
    double all = Math.max(1, counts.weights());
    return new Found(now.in(memory), counts.oscillating() / all, counts.frozen() / all);
  }

  private Counts observe(QuantizedWeights.Coded block, Memory now, float[] parameters) {
    long oscillating = 0;
    long frozen = 0;
    for (int i = 0; i < block.codes().length; i++) {
      int at = block.offset() + i;
      if (Float.isNaN(now.frozen[at])) {
        follow(now, at, block.codes()[i]);
      }
      if (!Float.isNaN(now.frozen[at])) {
        parameters[at] = now.frozen[at] * block.unit(i);
        frozen++;
      } else if (now.frequencies[at] > watch.threshold()) {
        oscillating++;
      }
    }
    return new Counts(block.codes().length, oscillating, frozen);
  }

  private void follow(Memory now, int at, float code) {
    if (Float.isNaN(now.codes[at])) {
      now.codes[at] = code;
      now.averages[at] = code;
      return;
    }
    float direction = Math.signum(code - now.codes[at]);
    boolean back = direction != 0 && direction == -now.directions[at];
    double m = watch.momentum();
    now.codes[at] = code;
    now.directions[at] = direction != 0 ? direction : now.directions[at];
    now.frequencies[at] = (float) ((back ? m : 0) + (1 - m) * now.frequencies[at]);
    now.averages[at] = (float) (m * code + (1 - m) * now.averages[at]);
    if (watch.freezes() && now.frequencies[at] > watch.freezeAbove()) {
      now.frozen[at] = Affine.round(now.averages[at]);
    }
  }
}
