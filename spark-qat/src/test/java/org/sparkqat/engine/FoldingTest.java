package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldingTest {

  @ParameterizedTest
  @ValueSource(floats = {1f, -2f, 0x1p-24f, -0x1p-24f, 1e-3f})
  void aGammaThatCanBeUndoneIsKept(float gamma) {
    assertThat(Folding.gamma(gamma)).isEqualTo(gamma);
  }

  @Test
  void aGammaNextToZeroIsRaisedWithItsSign() {
    assertThat(Folding.gamma(0f)).isEqualTo(0x1p-24f);
    assertThat(Folding.gamma(-0f)).isEqualTo(-0x1p-24f);
    assertThat(Folding.gamma(1e-9f)).isEqualTo(0x1p-24f);
    assertThat(Folding.gamma(-1e-9f)).isEqualTo(-0x1p-24f);
    assertThat(Folding.gamma(Float.NaN)).isNaN();
  }

  @Test
  void theFactorOfANormalizationIsGammaOverTheDeviation() {
    assertThat(Folding.factor(3f, 4f, 0f)).isEqualTo(1.5f);
    assertThat(Folding.factor(3f, 0f, 1e-5f)).isCloseTo(948.6833f, within(1e-3f));
    assertThat(Folding.factor(0f, 1f, 1e-5f)).isNotZero();
    assertThat(Folding.deviation(3f, 1f)).isEqualTo(2f);
    assertThat(Folding.bias(1f, 5f, 3f, 0.5f)).isEqualTo(2f);
  }

  @Test
  void aBiasCodeRoundsHalfToEvenAndSaturatesAt32Bits() {
    assertThat(Folding.biasCode(2.5f, 1f)).isEqualTo(2);
    assertThat(Folding.biasCode(3.5f, 1f)).isEqualTo(4);
    assertThat(Folding.biasCode(1f, 1e-12f)).isEqualTo(Integer.MAX_VALUE);
    assertThat(Folding.biasCode(-1f, 1e-12f)).isEqualTo(Integer.MIN_VALUE);
  }
}
