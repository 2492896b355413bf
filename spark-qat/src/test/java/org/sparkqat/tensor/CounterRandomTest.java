package org.sparkqat.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkqat.tensor.CounterRandom.Purpose;

class CounterRandomTest {
  private static final long PINNED_BITS = 0xADBA1007420DD19EL;
  private static final float PINNED_GAUSSIAN = 0x1.0c98ecp0f;

  @Test
  void theSameCountersGiveTheSameBitsForEver() {
    assertThat(CounterRandom.bits(42, Purpose.INITIALIZATION, 1, 2, 3)).isEqualTo(PINNED_BITS);
    assertThat(CounterRandom.gaussian(42, Purpose.SYNTHETIC, 1, 2, 3)).isEqualTo(PINNED_GAUSSIAN);
  }

  @Test
  void everyCounterAndEveryPurposeChangesTheBits() {
    Set<Long> seen = new HashSet<>();
    for (Purpose purpose : Purpose.values()) {
      for (long seed = 0; seed < 5; seed++) {
        for (int i = 0; i < 125; i++) {
          seen.add(CounterRandom.bits(seed, purpose, i % 5, i / 5 % 5, i / 25));
        }
      }
    }
    assertThat(seen).hasSize(Purpose.values().length * 5 * 125);
  }

  @Test
  void oneBitOfAnyCounterMovesHalfOfTheBits() {
    double[] moved = new double[4];
    int trials = 2_000;
    for (int trial = 0; trial < trials; trial++) {
      long bit = 1L << (trial % 64);
      long base = CounterRandom.bits(trial, Purpose.DROPOUT, trial, 0, trial);
      moved[0] += distance(base, CounterRandom.bits(trial ^ bit, Purpose.DROPOUT, trial, 0, trial));
      moved[1] += distance(base, CounterRandom.bits(trial, Purpose.DROPOUT, trial ^ bit, 0, trial));
      moved[2] += distance(base, CounterRandom.bits(trial, Purpose.DROPOUT, trial, bit, trial));
      moved[3] += distance(base, CounterRandom.bits(trial, Purpose.DROPOUT, trial, 0, trial ^ bit));
    }
    for (double sum : moved) {
      assertThat(sum / trials).isCloseTo(32, within(0.5));
    }
  }

  private static int distance(long a, long b) {
    return Long.bitCount(a ^ b);
  }

  @Test
  void uniformNumbersFillTheUnitIntervalEvenly() {
    int[] bins = new int[16];
    int draws = 160_000;
    for (int i = 0; i < draws; i++) {
      float value = CounterRandom.uniform(7, Purpose.DROPOUT, 0, 0, i);
      assertThat(value).isBetween(0f, Math.nextDown(1f));
      bins[(int) (value * bins.length)]++;
    }
    for (int bin : bins) {
      assertThat(bin).isCloseTo(10_000, within(500));
    }
  }

  @Test
  void boundedNumbersReachEveryValueEvenly() {
    int[] counts = new int[9];
    for (int i = 0; i < 90_000; i++) {
      counts[CounterRandom.bounded(7, Purpose.CROP, i, 1, 2, counts.length)]++;
    }
    for (int count : counts) {
      assertThat(count).isCloseTo(10_000, within(500));
    }
    assertThat(CounterRandom.bounded(7, Purpose.CROP, 0, 0, 0, 1)).isZero();
    assertThat(CounterRandom.bounded(7, Purpose.CROP, 0, 0, 0, Integer.MAX_VALUE)).isNotNegative();
  }

  @Test
  void gaussianNumbersHaveTheMomentsOfTheNormalDistribution() {
    int draws = 200_000;
    double[] moments = new double[4];
    for (int i = 0; i < draws; i++) {
      double value = CounterRandom.gaussian(3, Purpose.INITIALIZATION, 5, i, 0);
      assertThat(value).isFinite();
      for (int power = 0; power < 4; power++) {
        moments[power] += Math.pow(value, power + 1);
      }
    }
    assertThat(moments[0] / draws).isCloseTo(0, within(0.01));
    assertThat(moments[1] / draws).isCloseTo(1, within(0.015));
    assertThat(moments[2] / draws).isCloseTo(0, within(0.05));
    assertThat(moments[3] / draws).isCloseTo(3, within(0.1));
  }

  @Test
  void aBoundBelowOneIsRefused() {
    assertThatThrownBy(() -> CounterRandom.bounded(1, Purpose.CROP, 0, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid bound: 0 (must be at least 1)");
  }
}
