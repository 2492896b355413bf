package org.sparkqat.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;

class SlicedSumTest {

  private static double sum(float[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += (double) values[i] * values[i];
    }
    return sum;
  }

  @Test
  void aSumOfSlicesHasTheBitsOfTheSumOfAll() {
    Random random = Seeds.random();
    for (int round = 0; round < 200; round++) {
      float[] values = new float[1 + random.nextInt(100_000)];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      Slices slices = new Slices(values.length, 1 + random.nextInt(20));
      SlicedSum sliced = new SlicedSum(slices);
      List<double[]> parts =
          IntStream.range(0, slices.count())
              .mapToObj(slice -> sliced.parts(slice, (from, to) -> sum(values, from, to)))
              .toList();
      assertThat(sliced.total(parts))
          .as("%s", slices)
          .isEqualTo(
              Loops.PARALLEL.sum(
                  0, values.length, Slices.UNIT, (from, to) -> sum(values, from, to)));
    }
  }

  @Test
  void slicesAreWholeUnitsInOrder() {
    Slices slices = new Slices(1000, 3);
    assertThat(IntStream.rangeClosed(0, 3).map(slices::from)).containsExactly(0, 256, 512, 1000);
    assertThat(IntStream.range(0, 8).map(new Slices(300, 8)::size).sum()).isEqualTo(300);
    assertThat(new Slices(300, 8).size(0)).isZero();
    assertThatThrownBy(() -> slices.size(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid slice: 4 (allowed: 0 to 2)");
    assertThatThrownBy(() -> new Slices(0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid slices: 3 of 0 elements (at least 1 of each)");
  }

  @Test
  void partsOfOtherSlicesAreRefused() {
    SlicedSum sliced = new SlicedSum(new Slices(1000, 3));
    assertThatThrownBy(() -> sliced.total(List.of(new double[1], new double[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid parts of a sum: 2 of 2 slices");
    assertThatThrownBy(() -> sliced.total(List.of(new double[1], new double[9], new double[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid parts of a sum: 11 of 3 slices");
  }
}
