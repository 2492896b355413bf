package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuantizersTest {

  @Test
  void symmetricWeightsHaveNarrowSignedCodes() {
    assertThat(WeightQuantizer.DEFAULT.withBits(4).affine(new Range(-14f, 3f)))
        .isEqualTo(new Affine(2f, 0, new CodeRange(-7, 7)));
  }

  @Test
  void asymmetricWeightsHaveFullSignedCodes() {
    WeightQuantizer quantizer =
        new WeightQuantizer(4, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL);

    assertThat(quantizer.affine(new Range(-5f, 10f)))
        .isEqualTo(new Affine(1f, -3, new CodeRange(-8, 7)));
  }

  @Test
  void asymmetricActivationsHaveUnsignedCodes() {
    assertThat(ActivationQuantizer.DEFAULT.affine(new Range(-5f, 250f)))
        .isEqualTo(new Affine(1f, 5, new CodeRange(0, 255)));
  }

  @Test
  void symmetricActivationsHaveNarrowSignedCodes() {
    ActivationQuantizer quantizer =
        new ActivationQuantizer(
            8, Symmetry.SYMMETRIC, Granularity.PER_TENSOR, new Observer.MinMax());

    assertThat(quantizer.affine(new Range(0f, 127f)))
        .isEqualTo(new Affine(1f, 0, new CodeRange(-127, 127)));
  }

  @Test
  void aSchemeKeepsItsOwnRules() {
    List<QuantizationRule> rules = new ArrayList<>();
    QuantizationScheme scheme =
        new QuantizationScheme(WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT, 0, rules);
    rules.add(new QuantizationRule("a", Optional.empty(), Optional.empty()));

    assertThat(scheme).isEqualTo(QuantizationScheme.W8A8);
  }

  @Test
  void bitsOfTheFirstAndLastLayerAreChecked() {
    assertThatThrownBy(
            () ->
                new QuantizationScheme(
                    WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT, 1, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid bits of the first and last layer: 1 (allowed: 2 to 16)");
  }
}
