package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodeRangeTest {

  @ParameterizedTest
  @CsvSource({"2, 3, -2, 1, 1", "4, 15, -8, 7, 7", "8, 255, -128, 127, 127"})
  void bitsDecideTheCodes(int bits, int unsigned, int low, int high, int narrow) {
    assertThat(CodeRange.unsigned(bits)).isEqualTo(new CodeRange(0, unsigned));
    assertThat(CodeRange.signed(bits)).isEqualTo(new CodeRange(low, high));
    assertThat(CodeRange.signedNarrow(bits)).isEqualTo(new CodeRange(-narrow, narrow));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 17, 32})
  void bitsThatNoFormatHasAreRefused(int bits) {
    String message = "Invalid bits: " + bits + " (allowed: 1 to 16)";

    assertThatThrownBy(() -> CodeFormat.unsigned(bits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> WeightQuantizer.DEFAULT.withBits(bits)).hasMessage(message);
    assertThatThrownBy(() -> ActivationQuantizer.DEFAULT.withBits(bits)).hasMessage(message);
  }

  @Test
  void signedCodesOfOneBitAreRefused() {
    assertThatThrownBy(() -> WeightQuantizer.DEFAULT.withBits(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid bits of signed codes: 1 (allowed: 2 to 16; weights of 1 bit are binary)");
  }

  @Test
  void codesThatDoNotContainZeroAndOneAreRefused() {
    assertThatThrownBy(() -> new CodeRange(1, 3))
        .hasMessage("Invalid code range: 1 ... 3 (must contain 0 and 1)");
    assertThatThrownBy(() -> new CodeRange(-3, 0))
        .hasMessage("Invalid code range: -3 ... 0 (must contain 0 and 1)");
  }
}
