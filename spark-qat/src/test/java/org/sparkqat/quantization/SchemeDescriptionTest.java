package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchemeDescriptionTest {

  @Test
  void aWrittenSchemeIsReadBackTheSame() {
    ActivationQuantizer activations =
        new ActivationQuantizer(
            5, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, new Observer.MinMax());
    WeightQuantizer weights = new WeightQuantizer(3, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR);
    QuantizationScheme scheme =
        new QuantizationScheme(
            weights,
            ActivationQuantizer.DEFAULT,
            8,
            List.of(
                new QuantizationRule("conv1", Optional.of(weights), Optional.empty()),
                new QuantizationRule("*", Optional.empty(), Optional.of(activations)),
                new QuantizationRule(
                    "fc*",
                    Optional.of("fully-connected"),
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(QuantizationRule.Part.WEIGHTS))));

    assertThat(SchemeDescription.read(SchemeDescription.write(scheme))).isEqualTo(scheme);
    assertThat(SchemeDescription.read(SchemeDescription.write(QuantizationScheme.W8A8)))
        .isEqualTo(QuantizationScheme.W8A8);
    QuantizationScheme residual = QuantizationScheme.W8A8.residualBits(6);
    assertThat(SchemeDescription.read(SchemeDescription.write(residual))).isEqualTo(residual);
    QuantizationScheme rounded =
        QuantizationScheme.W8A8.integerTrue(Optional.of(Rounding.FIXED_POINT_SINGLE));
    assertThat(SchemeDescription.read(SchemeDescription.write(rounded))).isEqualTo(rounded);
  }

  @Test
  void aMissingKeyIsRefused() {
    assertThatThrownBy(() -> SchemeDescription.read(Map.of("layers", List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid description of a quantization scheme: no 'weights' in {layers=[]}");
  }
}
