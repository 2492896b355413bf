package org.sparkqat.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AxisTest {

  @Test
  void aLinearAxisHasRoundMarks() {
    Axis axis = Axis.of(new double[] {0.9585, 0.9825}, Axis.Scale.LINEAR);
    assertThat(axis.marks()).allSatisfy(mark -> assertThat(axis.place(mark)).isBetween(0.0, 1.0));
    assertThat(axis.place(0.9585)).isBetween(0.0, 0.3);
  }

  @Test
  void oneValueStillHasAnAxis() {
    Axis axis = Axis.of(new double[] {1, 1}, Axis.Scale.LINEAR);
    assertThat(axis.high()).isGreaterThan(axis.low());
  }

  @Test
  void aLogarithmicAxisMarksPowersOfTen() {
    Axis axis = Axis.of(new double[] {1e-4, 10}, Axis.Scale.LOGARITHMIC);
    assertThat(axis.marks()).contains(0.01, 1.0);
    assertThat(axis.place(1) - axis.place(0.1))
        .isEqualTo(axis.place(0.1) - axis.place(0.01), org.assertj.core.data.Offset.offset(1e-9));
  }

  @Test
  void labelsHaveNoNeedlessZeros() {
    assertThat(Axis.label(0.05)).isEqualTo("0.05");
    assertThat(Axis.label(1500)).isEqualTo("1,500");
    assertThat(Axis.label(1e-9)).isEqualTo("1.0e-09");
  }
}
