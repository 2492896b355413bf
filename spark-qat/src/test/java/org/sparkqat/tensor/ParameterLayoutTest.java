package org.sparkqat.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ParameterLayoutTest {

  private static final ParameterLayout LAYOUT =
      ParameterLayout.builder()
          .add("fc.weight", Parameter.Kind.WEIGHT, new Shape(2, 3))
          .add("fc.bias", Parameter.Kind.BIAS, new Shape(2))
          .build();

  @Test
  void parametersLieOneAfterTheOther() {
    assertThat(LAYOUT.size()).isEqualTo(8);
    assertThat(LAYOUT.parameter("fc.weight").offset()).isZero();
    assertThat(LAYOUT.parameter("fc.weight").end()).isEqualTo(6);
    assertThat(LAYOUT.parameter("fc.bias").offset()).isEqualTo(6);
    assertThat(LAYOUT.parameters())
        .extracting(Parameter::name)
        .containsExactly("fc.weight", "fc.bias");
    assertThat(LAYOUT.contains("fc.bias")).isTrue();
  }

  @Test
  void aLayoutMayBeEmpty() {
    assertThat(ParameterLayout.builder().build().size()).isZero();
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThat(LAYOUT.contains("fc.gamma")).isFalse();
    assertThatThrownBy(() -> LAYOUT.parameter("fc.gamma"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid parameter: 'fc.gamma' (allowed: [fc.weight, fc.bias])");
  }

  @Test
  void aNameUsedTwiceIsRefused() {
    ParameterLayout.Builder builder =
        ParameterLayout.builder()
            .add("a", Parameter.Kind.BIAS, new Shape(1))
            .add("a", Parameter.Kind.BIAS, new Shape(1));

    assertThatThrownBy(builder::build).hasMessage("Invalid parameter name: 'a' (used twice)");
  }

  @ParameterizedTest
  @EnumSource(Parameter.Kind.class)
  void onlyWeightsDecay(Parameter.Kind kind) {
    assertThat(new Parameter("a", kind, new Shape(1), 0).decays())
        .isEqualTo(kind == Parameter.Kind.WEIGHT);
  }

  // Python: hashlib.sha256(struct.pack("<%df" % n, *[i * 0.5 - 1 for i in range(n)])).hexdigest()
  @ParameterizedTest
  @CsvSource({
    "0, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "3, d6e9e24a66cfef899209d3317d8e9e50fc7bce7884dd564c228bee6d4fcf0700",
    "100000, 524f88fe2337e4d26197aa1ee8917d9bbb999b74d0c71b49579398fa0c40eb25",
  })
  void theHashIsThatOfLittleEndianFloats(int length, String expected) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i * 0.5f - 1;
    }

    assertThat(ParameterLayout.sha256(values)).isEqualTo(expected);
  }
}
