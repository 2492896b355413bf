package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.ActivationFunction;

class CurveTest {

  /** Values and slopes that PyTorch 2.13 gives in float64, where 1 / 6 is a float32. */
  @ParameterizedTest
  @CsvSource({
    "SIGMOID, -4.5, 0.01098694263059318, 0.010866229722225234",
    "SIGMOID, -2.25, 0.09534946489910949, 0.08625794444256298",
    "SIGMOID, -0.5, 0.3775406687981454, 0.2350037122015945",
    "SIGMOID, 0.0, 0.5, 0.25",
    "SIGMOID, 1.25, 0.7772998611746911, 0.17310478699249707",
    "SIGMOID, 2.75, 0.9399133498259924, 0.05647624464487404",
    "SIGMOID, 7.0, 0.9990889488055994, 0.000910221180121784",
    "TANH, -4.5, -0.9997532108480275, 0.000493517399059499",
    "TANH, -2.25, -0.9780261147388136, 0.04346491888890097",
    "TANH, -0.5, -0.46211715726000974, 0.7864477329659274",
    "TANH, 0.0, 0.0, 1.0",
    "TANH, 1.25, 0.8482836399575129, 0.28041486618043265",
    "TANH, 2.75, 0.9918597245682077, 0.016214286779479156",
    "TANH, 7.0, 0.9999983369439447, 3.3261093448688367e-06",
    "HARD_SIGMOID, -4.5, 0.0, 0.0",
    "HARD_SIGMOID, -2.25, 0.125, 0.1666666716337204",
    "HARD_SIGMOID, -0.5, 0.4166666666666667, 0.1666666716337204",
    "HARD_SIGMOID, 0.0, 0.5, 0.1666666716337204",
    "HARD_SIGMOID, 1.25, 0.7083333333333334, 0.1666666716337204",
    "HARD_SIGMOID, 2.75, 0.9583333333333334, 0.1666666716337204",
    "HARD_SIGMOID, 7.0, 1.0, 0.0",
    "HARD_SWISH, -4.5, -0.0, 0.0",
    "HARD_SWISH, -2.25, -0.28125, -0.25",
    "HARD_SWISH, -0.5, -0.20833333333333334, 0.33333333333333337",
    "HARD_SWISH, 0.0, 0.0, 0.5",
    "HARD_SWISH, 1.25, 0.8854166666666666, 0.9166666666666667",
    "HARD_SWISH, 2.75, 2.6354166666666665, 1.4166666666666665",
    "HARD_SWISH, 7.0, 7.0, 1.0",
    "SILU, -4.5, -0.04944124183766931, -0.03791109111942037",
    "SILU, -2.25, -0.21453629602299634, -0.09873091009665723",
    "SILU, -0.5, -0.1887703343990727, 0.2600388126973482",
    "SILU, 0.0, 0.0, 0.5",
    "SILU, 1.25, 0.9716248264683639, 0.9936808449153124",
    "SILU, 2.75, 2.584761712021479, 1.0952230225993962",
    "SILU, 7.0, 6.993622641639196, 1.0054604970664518"
  })
  void valuesAndSlopesAreThoseOfPyTorch(Curve curve, float x, double value, double slope) {
    assertThat(curve.at(x)).isCloseTo(value, within(1e-8));
    assertThat(curve.slopeAt(x)).isCloseTo(slope, within(1e-8));
    assertThat(curve.value(x)).isEqualTo((float) curve.at(x));
    assertThat(curve.slope(x)).isEqualTo((float) curve.slopeAt(x));
  }

  @ParameterizedTest
  @CsvSource({
    "SIGMOID, 0, 1",
    "TANH, -1, 1",
    "HARD_SIGMOID, 0, 1",
    "HARD_SWISH, 0, 100",
    "SILU, 0, 100"
  })
  void farFromZeroTheyAreFlatOrTheIdentity(Curve curve, float low, float high) {
    assertThat(curve.value(-100)).isCloseTo(low, within(1e-30f));
    assertThat(curve.value(100)).isEqualTo(high);
    assertThat(curve.slope(-100)).isCloseTo(0, within(1e-30f));
    assertThat(curve.slope(100)).isCloseTo(high == 100 ? 1 : 0, within(1e-30f));
  }

  @ParameterizedTest
  @EnumSource
  void aNanStaysOne(Curve curve) {
    assertThat(curve.value(Float.NaN)).isNaN();
  }

  @Test
  void everyActivationFunctionHasACurve() {
    for (ActivationFunction function : ActivationFunction.values()) {
      assertThat(Curve.of(function).name()).isEqualTo(function.name());
    }
  }
}
