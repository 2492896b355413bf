package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObserverTest {

  private static final Observer MIN_MAX = new Observer.MinMax();
  private static final Observer AVERAGE = new Observer.MovingAverage(0.25);

  @Test
  void minMaxKeepsTheWidestRange() {
    Range first = MIN_MAX.update(Range.EMPTY, new Range(-1f, 2f), 0);
    Range second = MIN_MAX.update(first, new Range(0f, 3f), 1);

    assertThat(first).isEqualTo(new Range(-1f, 2f));
    assertThat(second).isEqualTo(new Range(-1f, 3f));
  }

  @Test
  void theFirstObservationSetsTheMovingAverage() {
    assertThat(AVERAGE.update(Range.EMPTY, new Range(-1f, 2f), 0)).isEqualTo(new Range(-1f, 2f));
  }

  @Test
  void theMovingAverageStartsAsTheMeanAndContinuesExponentially() {
    float[] observed = {1f, 2f, 6f, 3f, 8f, 4f};
    // Means of the first 1, 2, 3 and 4; then r + 0.25 (r_step - r).
    float[] expected = {1f, 1.5f, 3f, 3f, 4.25f, 4.1875f};

    Range range = Range.EMPTY;
    for (int k = 0; k < observed.length; k++) {
      range = AVERAGE.update(range, new Range(-observed[k], observed[k]), k);
      assertThat(range).as("observation %d", k).isEqualTo(new Range(-expected[k], expected[k]));
    }
  }

  @Test
  void aConstantRangeNeverMoves() {
    Observer observer = new Observer.MovingAverage(0.01);

    Range range = Range.EMPTY;
    for (int k = 0; k < 1000; k++) {
      range = observer.update(range, new Range(-0.1f, 0.3f), k);
    }

    assertThat(range).isEqualTo(new Range(-0.1f, 0.3f));
  }

  @Test
  void anEmptyObservationChangesNothing() {
    Range current = new Range(0f, 1f);

    assertThat(MIN_MAX.update(current, Range.EMPTY, 5)).isEqualTo(current);
    assertThat(AVERAGE.update(current, Range.EMPTY, 5)).isEqualTo(current);
    assertThat(AVERAGE.update(Range.EMPTY, Range.EMPTY, 0)).isEqualTo(Range.EMPTY);
  }

  @Test
  void notANumberIsNotAveragedAway() {
    Range poisoned = new Range(Float.NaN, Float.NaN);

    assertThat(AVERAGE.update(new Range(0f, 1f), poisoned, 5)).isEqualTo(poisoned);
    assertThat(MIN_MAX.update(new Range(0f, 1f), poisoned, 5)).isEqualTo(poisoned);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
  void aMomentumOutsideItsRangeIsRefused(double momentum) {
    assertThatThrownBy(() -> new Observer.MovingAverage(momentum))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid observer momentum: " + momentum + " (allowed: above 0, at most 1)");
  }
}
