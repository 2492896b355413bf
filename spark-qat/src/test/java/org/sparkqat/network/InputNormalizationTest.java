package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.tensor.Shape;

class InputNormalizationTest {

  private static final Shape IMAGE = new Shape(3, 4, 4);

  @Test
  void meanAndDeviationAreInUnitsOfTheRawValues() {
    InputNormalization normalization =
        InputNormalization.of(
            IMAGE, 255, new double[] {0.1, 0.2, 0.4}, new double[] {0.5, 0.25, 1});

    assertThat(normalization.offset()).containsExactly(25.5f, 51f, 102f);
    assertThat(normalization.factor())
        .containsExactly((float) (1 / 127.5), (float) (1 / 63.75), (float) (1 / 255.0));
  }

  @Test
  void oneNumberServesAllChannels() {
    InputNormalization normalization =
        InputNormalization.of(IMAGE, 1, new double[] {2}, new double[] {0.5});

    assertThat(normalization)
        .isEqualTo(new InputNormalization(new float[] {2f, 2f, 2f}, new float[] {2f, 2f, 2f}))
        .hasSameHashCodeAs(
            new InputNormalization(new float[] {2f, 2f, 2f}, new float[] {2f, 2f, 2f}));
  }

  @Test
  void theIdentityLeavesValuesAsTheyAre() {
    assertThat(InputNormalization.identity(2))
        .isEqualTo(new InputNormalization(new float[] {0f, 0f}, new float[] {1f, 1f}));
  }

  @Test
  void theNumbersCannotBeChangedFromOutside() {
    InputNormalization normalization = InputNormalization.identity(1);
    normalization.offset()[0] = 9;
    normalization.factor()[0] = 9;

    assertThat(normalization).isEqualTo(InputNormalization.identity(1));
  }

  @Test
  void aWrongNumberOfMeansOrDeviationsIsRefused() {
    double[] one = {1};
    double[] two = {1, 1};

    assertThatThrownBy(() -> InputNormalization.of(IMAGE, 1, two, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid data.mean: 2 numbers (allowed: 1 or one for each of 3 channels)");
    assertThatThrownBy(() -> InputNormalization.of(IMAGE, 1, one, two))
        .hasMessage("Invalid data.std: 2 numbers (allowed: 1 or one for each of 3 channels)");
    assertThatThrownBy(() -> new InputNormalization(new float[1], new float[2]))
        .hasMessage("Invalid input normalization: 1 means, 2 deviations");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aDeviationThatIsNotPositiveAndFiniteIsRefused(double deviation) {
    assertThatThrownBy(
            () -> InputNormalization.of(IMAGE, 1, new double[] {0}, new double[] {deviation}))
        .hasMessage("Invalid data.std: " + deviation + " (must be above 0 and finite)");
  }

  @ParameterizedTest
  @CsvSource({"NaN, 1.0", "Infinity, 1.0", "0.0, 0.0", "0.0, NaN", "0.0, Infinity"})
  void numbersThatMakeEveryInputTheSameAreRefused(float offset, float factor) {
    assertThatThrownBy(() -> new InputNormalization(new float[] {offset}, new float[] {factor}))
        .hasMessage(
            "Invalid input normalization of channel 0: offset %s, factor %s (must be finite, factor"
                + " not 0)",
            offset, factor);
  }
}
