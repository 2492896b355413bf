package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.quantization.QuantizationRule.Part;

class QuantizationRuleTest {

  @ParameterizedTest
  @CsvSource({
    "conv1, conv1, true",
    "conv1, conv10, false",
    "conv?, conv1, true",
    "conv?, conv, false",
    "conv*, conv, true",
    "conv*, conv1.bn, true",
    "*, stage1.block1.add, true",
    "stage1.*.conv1, stage1.block1.conv1, true",
    "stage1.*.conv1, stage1xblock1.conv1, false",
    "stage1.block1, stage1xblock1, false",
    "[a-z]*, fc, false",
  })
  void aPatternKnowsStarAndQuestionMarkOnly(String match, String layer, boolean matches) {
    assertThat(rule(match).matches(layer)).isEqualTo(matches);
  }

  @Test
  void aBlankPatternIsRefused() {
    assertThatThrownBy(() -> rule(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid match of a quantization rule: '' (a layer name)");
  }

  @Test
  void aRuleOfATypeIsForLayersOfThatType() {
    QuantizationRule rule =
        new QuantizationRule(
            "conv*", Optional.of("add"), Optional.empty(), Optional.empty(), Set.of());
    assertThat(rule.selects("conv1", Set.of("add", "other"))).isTrue();
    assertThat(rule.selects("conv1", Set.of("convolution"))).isFalse();
    assertThat(rule.selects("fc", Set.of("add"))).isFalse();
  }

  @Test
  void whatARuleSaysComesInThePlaceOfWhatWasSaidBefore() {
    WeightQuantizer four = WeightQuantizer.DEFAULT.withBits(4);
    Optional<WeightQuantizer> before = Optional.of(WeightQuantizer.DEFAULT);
    assertThat(rule("a").weightsAfter(before)).isEqualTo(before);
    assertThat(new QuantizationRule("a", Optional.of(four), Optional.empty()).weightsAfter(before))
        .contains(four);
    QuantizationRule real = QuantizationRule.real("a", Set.of(Part.WEIGHTS));
    assertThat(real.weightsAfter(before)).isEmpty();
    Optional<ActivationQuantizer> activations = Optional.of(ActivationQuantizer.DEFAULT);
    assertThat(real.activationsAfter(activations)).isEqualTo(activations);
  }

  @Test
  void quantizedAndFloatAtOnceIsRefused() {
    assertThatThrownBy(
            () ->
                new QuantizationRule(
                    "a",
                    Optional.empty(),
                    Optional.of(WeightQuantizer.DEFAULT),
                    Optional.empty(),
                    Set.of(Part.WEIGHTS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid rule for 'a': both quantized and float (one of them)");
  }

  private static QuantizationRule rule(String match) {
    return new QuantizationRule(match, Optional.empty(), Optional.empty());
  }
}
