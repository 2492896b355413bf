package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  private static QuantizationRule rule(String match) {
    return new QuantizationRule(match, Optional.empty(), Optional.empty());
  }
}
