package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangesTest {

  @Test
  void newRangesAreEmpty() {
    Ranges ranges = Ranges.empty(2);

    assertThat(ranges.slots()).isEqualTo(2);
    assertThat(ranges.range(1)).isEqualTo(Range.EMPTY);
  }

  @Test
  void observingWidensOneSlot() {
    Ranges ranges = Ranges.empty(2);
    ranges.observe(1, new Range(1f, 2f));
    ranges.observe(1, new Range(-1f, 0f));

    assertThat(ranges.range(0)).isEqualTo(Range.EMPTY);
    assertThat(ranges.range(1)).isEqualTo(new Range(-1f, 2f));
  }

  @Test
  void unionWidensEverySlot() {
    Ranges ranges = Ranges.ofFlat(new float[] {0f, 5f, 1f, 6f});
    ranges.union(Ranges.ofFlat(new float[] {-1f, 5.5f, 0f, 7f}));

    assertThat(ranges).isEqualTo(Ranges.ofFlat(new float[] {-1f, 5f, 1f, 7f}));
  }

  @Test
  void rangesOfAnotherNetworkAreRefused() {
    assertThatThrownBy(() -> Ranges.empty(2).union(Ranges.empty(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot merge ranges: 3 slots (expected 2)");
  }

  @Test
  void theFlatFormIsMinimaThenMaxima() {
    Ranges ranges = Ranges.empty(2);
    ranges.set(0, new Range(1f, 2f));
    ranges.set(1, new Range(3f, 4f));

    assertThat(ranges.flat()).containsExactly(1f, 3f, 2f, 4f);
    assertThat(Ranges.ofFlat(ranges.flat())).isEqualTo(ranges).hasSameHashCodeAs(ranges);
  }

  @Test
  void unequalNumbersOfMinimaAndMaximaAreRefused() {
    assertThatThrownBy(() -> Ranges.ofFlat(new float[3]))
        .hasMessage("Invalid ranges: 3 numbers (must be as many minima as maxima)");
    assertThatThrownBy(() -> new Ranges(new float[1], new float[2]))
        .hasMessage("Invalid ranges: 1 minima and 2 maxima");
  }

  @Test
  void aCopyIsIndependent() {
    Ranges ranges = Ranges.empty(1);
    Ranges copy = ranges.copy();
    ranges.set(0, new Range(1f, 2f));

    assertThat(copy).isEqualTo(Ranges.empty(1)).isNotEqualTo(ranges);
    assertThat(copy).hasToString("Ranges[min=[Infinity], max=[-Infinity]]");
  }
}
