package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {

  @Test
  void everySizeUpTo200IsPermuted() {
    for (int size = 1; size <= 200; size++) {
      assertPermutation(EpochOrder.of(42, size, 0, size));
    }
  }

  @Test
  void aLargeSizeIsPermuted() {
    assertPermutation(EpochOrder.of(42, 3, 1, 1_000_003));
    EpochOrder largest = EpochOrder.of(42, 3, 1, Integer.MAX_VALUE);
    assertThat(largest.index(Integer.MAX_VALUE - 1)).isBetween(0, Integer.MAX_VALUE - 1);
  }

  private static void assertPermutation(EpochOrder order) {
    BitSet seen = new BitSet(order.size());
    for (int position = 0; position < order.size(); position++) {
      seen.set(order.index(position));
    }
    assertThat(seen.cardinality()).isEqualTo(order.size());
    assertThat(seen.length()).isEqualTo(order.size());
  }

  @Test
  void theSameSeedEpochAndShardGiveTheSameOrderForEver() {
    assertThat(first(EpochOrder.of(42, 0, 0, 60_000), 5))
        .containsExactly(18787, 42320, 24263, 252, 34614);
  }

  @Test
  void seedsEpochsAndShardsGiveDifferentOrders() {
    int[] order = first(EpochOrder.of(42, 0, 0, 1_000), 50);
    assertThat(order).isNotEqualTo(first(EpochOrder.of(43, 0, 0, 1_000), 50));
    assertThat(order).isNotEqualTo(first(EpochOrder.of(42, 1, 0, 1_000), 50));
    assertThat(order).isNotEqualTo(first(EpochOrder.of(42, 0, 1, 1_000), 50));
  }

  @Test
  void eachIndexComesAboutEquallyOftenAtEachPosition() {
    int size = 10;
    int epochs = 20_000;
    int[][] counts = new int[size][size];
    for (int epoch = 0; epoch < epochs; epoch++) {
      EpochOrder order = EpochOrder.of(7, epoch, 0, size);
      for (int position = 0; position < size; position++) {
        counts[position][order.index(position)]++;
      }
    }
    for (int[] row : counts) {
      assertThat(Arrays.stream(row)).allMatch(count -> count > 1_800 && count < 2_200);
    }
  }

  @Test
  void neighboursAreSeparated() {
    int size = 10_000;
    EpochOrder order = EpochOrder.of(1, 0, 0, size);
    long neighbours =
        IntStream.range(1, size)
            .filter(i -> Math.abs(order.index(i) - order.index(i - 1)) == 1)
            .count();
    assertThat(neighbours).isLessThan(12);
  }

  @Test
  void aPositionOutsideIsRefused() {
    assertThatThrownBy(() -> EpochOrder.of(1, 0, 0, 3).index(3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("Invalid position: 3 (must be from 0 to 2)");
    assertThatThrownBy(() -> EpochOrder.of(1, 0, 0, 0))
        .hasMessage("Invalid number of examples: 0 (must be at least 1)");
  }

  private static int[] first(EpochOrder order, int count) {
    return IntStream.range(0, count).map(order::index).toArray();
  }
}
