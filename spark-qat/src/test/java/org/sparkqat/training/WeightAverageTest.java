package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Loops;

class WeightAverageTest {

  private static final int STEPS = 12;

  /** From the fourth step on its share is larger than that of the mean. */
  private static final double DECAY = 0.8;

  private static final double LARGEST = 1;

  /**
   * A step rounds the average, of numbers up to {@link #LARGEST}, to float: by half a unit in the
   * last place, 2^-24 of it at most. The next steps carry that on with a factor below 1, so that
   * the errors of all steps add up at most.
   */
  private static final double ROUNDING = STEPS * LARGEST * 0x1p-24;

  private static float[] numbers(Random random, int size) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) (LARGEST * (2 * random.nextDouble() - 1));
    }
    return numbers;
  }

  private static TrainingState state(float[] parameters, float[] statistics) {
    return new TrainingState(
        Position.START, parameters, new float[0][], statistics, Ranges.empty(0), 0, Map.of());
  }

  /** The equation, in doubles. */
  private static double[] byHand(float[][] weights) {
    double[] average = new double[weights[0].length];
    for (int i = 0; i < average.length; i++) {
      average[i] = weights[0][i];
      for (int k = 0; k + 1 < weights.length; k++) {
        double share = k + 2 < 1 / (1 - DECAY) ? 1.0 / (k + 2) : 1 - DECAY;
        average[i] += share * (weights[k + 1][i] - average[i]);
      }
    }
    return average;
  }

  /** The states as a training has them one after another, the last one with the average taken. */
  private static TrainingState taken(float[][] weights, float[][] statistics) {
    WeightAverage by = new WeightAverage(DECAY);
    SpareArrays arrays = new SpareArrays();
    TrainingState before = state(weights[0], statistics[0]);
    for (int k = 0; k + 1 < weights.length; k++) {
      arrays.beginStep();
      TrainingState after = state(weights[k + 1], statistics[k + 1]).memory(before.memory());
      TrainingState next = by.follow(before, after, k, arrays);
      assertThat(next.parameters()).isSameAs(weights[k + 1]);
      assertThat(next.statistics()).isSameAs(statistics[k + 1]);
      arrays.reclaim(before, next);
      before = next;
    }
    return WeightAverage.taken(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, Loops.PIECE + 13})
  void theAverageIsThatOfTheEquationAfterEachStep(int size) {
    Random random = new Random(size);
    float[][] weights = new float[STEPS + 1][];
    float[][] statistics = new float[STEPS + 1][];
    for (int k = 0; k <= STEPS; k++) {
      weights[k] = numbers(random, size);
      statistics[k] = numbers(random, 5);
    }
    for (int steps = 1; steps <= STEPS; steps++) {
      float[][] some = Arrays.copyOf(weights, steps + 1);
      float[][] someStatistics = Arrays.copyOf(statistics, steps + 1);
      TrainingState taken = taken(some, someStatistics);
      assertClose(taken.parameters(), byHand(some));
      assertClose(taken.statistics(), byHand(someStatistics));
    }
  }

  private static void assertClose(float[] actual, double[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double farthest = 0;
    for (int i = 0; i < expected.length; i++) {
      farthest = Math.max(farthest, Math.abs(actual[i] - expected[i]));
    }
    assertThat(farthest).isLessThanOrEqualTo(ROUNDING);
  }

  @Test
  void theFirstStepsAreAPlainMeanWithTheWeightsAtTheBeginning() {
    float[][] weights = {{1}, {2}, {6}, {-1}};
    assertThat(taken(weights, weights).parameters()[0])
        .isCloseTo(2f, within((float) (6 * ROUNDING)));
  }

  @Test
  void theAverageIsTakenOnceAndLeavesTheRestOfTheMemory() {
    float[] weights = {1};
    float[] moved = {2};
    TrainingState before = state(weights, weights);
    TrainingState after =
        state(moved, moved).memory(StageMemory.NONE.quietSteps(3).with("other", weights));
    TrainingState followed = new WeightAverage(0.5).follow(before, after, 0, new SpareArrays());

    TrainingState taken = WeightAverage.taken(followed);

    assertThat(taken.parameters()).containsExactly(1.5f);
    assertThat(taken.statistics()).containsExactly(1.5f);
    assertThat(taken.memory().arrays()).containsOnlyKeys("other");
    assertThat(taken.memory().quietSteps()).isEqualTo(3);
    assertThat(WeightAverage.taken(taken)).isSameAs(taken);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.5, Double.NaN})
  void aDecayThatAveragesNothingIsRefused(double decay) {
    assertThatThrownBy(() -> new WeightAverage(decay))
        .hasMessage("Invalid weight average: %s (allowed: above 0, below 1)".formatted(decay));
  }
}
