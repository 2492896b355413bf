package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AffineTest {

  private static final CodeFormat UNSIGNED = CodeFormat.unsigned(8);
  private static final CodeFormat SIGNED = CodeFormat.signed(8, Symmetry.SYMMETRIC);

  private static final CodeRange U2 = CodeRange.unsigned(2);
  private static final CodeRange U8 = CodeRange.unsigned(8);
  private static final CodeRange S8 = CodeRange.signedNarrow(8);

  @ParameterizedTest
  @CsvSource({
    // min, max, bits, scale, zero point
    "0, 6, 8, 0.023529412, 0",
    "-1, 3, 8, 0.015686275, 64",
    "-3, 0, 8, 0.011764706, 255",
    "0, 15, 4, 1, 0",
    "-5, 10, 4, 1, 5",
    "2, 3, 2, 1, 0",
    "-3, -2, 2, 1, 3",
  })
  void anAsymmetricRangeIsWidenedToZero(float min, float max, int bits, float scale, int zero) {
    CodeRange codes = CodeRange.unsigned(bits);

    assertThat(CodeFormat.unsigned(bits).affine(new Range(min, max)))
        .isEqualTo(new Affine(scale, zero, codes));
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 3, 8, 0.023622047",
    "-127, 5, 8, 1",
    "2, 7, 4, 1",
    "-0.5, 0.25, 2, 0.5",
  })
  void aSymmetricRangeIsItsLargestMagnitude(float min, float max, int bits, float scale) {
    CodeRange codes = CodeRange.signedNarrow(bits);

    assertThat(CodeFormat.signed(bits, Symmetry.SYMMETRIC).affine(new Range(min, max)))
        .isEqualTo(new Affine(scale, 0, codes));
  }

  @ParameterizedTest
  @CsvSource({"-0.5, 2.5, 0", "-1.5, 1.5, 2", "-2.5, 0.5, 2"})
  void theZeroPointRoundsHalfToEven(float min, float max, int zeroPoint) {
    assertThat(CodeFormat.unsigned(2).affine(new Range(min, max)))
        .isEqualTo(new Affine(1f, zeroPoint, U2));
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 0",
    "1.5, 2",
    "2.5, 2",
    "3.5, 4",
    "-0.5, 0",
    "-1.5, -2",
    "-2.5, -2",
    "126.5, 126",
    "0.49999997, 0",
    "0.50000006, 1",
    "-126.5, -126",
    "127.5, 127",
    "-127.5, -127"
  })
  void tiesRoundToEven(float real, int code) {
    assertThat(new Affine(1f, 0, S8).quantize(real)).isEqualTo(code);
  }

  @Test
  void roundingComesBeforeTheZeroPoint() {
    // 0.5 + 3 would round to 4.
    assertThat(new Affine(1f, 3, U8).quantize(0.5f)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-30f, 0.02f, 1e30f})
  void infinitiesSaturate(float scale) {
    Affine affine = new Affine(scale, 100, U8);
    float[] values = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -Float.MAX_VALUE, 0f};
    float[] centered = new float[4];
    float[] mask = {7, 7, 7, 7};

    affine.centered(values, centered, 0, 2);
    affine.centeredWithMask(values, mask, 0, 2);

    assertThat(affine.quantize(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(affine.quantize(Float.POSITIVE_INFINITY)).isEqualTo(255);
    assertThat(centered).containsExactly(-100f, 155f, 0f, 0f);
    assertThat(values).containsExactly(-100f, 155f, -Float.MAX_VALUE, 0f);
    assertThat(mask).containsExactly(-1, -1, 7, 7);
  }

  @Test
  void notANumberStaysSo() {
    Affine affine = new Affine(1f, 100, U8);
    float[] values = {Float.NaN, 1f};
    float[] centered = new float[2];
    float[] mask = new float[2];

    affine.centered(values, centered, 0, 2);
    affine.centeredWithMask(values, mask, 0, 2);

    assertThat(centered).containsExactly(Float.NaN, 1f);
    assertThat(values).containsExactly(Float.NaN, 1f);
    assertThat(mask).containsExactly(Float.NaN, 1);
  }

  @Test
  void aMaskIsKeptWhereTheCodeIsInside() {
    float[] values = {1f, 1f, 300f, 300f};
    float[] mask = {0, 1, 0, 1};

    new Affine(1f, 0, U8).centeredAndMask(values, mask, 0, 4);

    assertThat(values).containsExactly(1f, 1f, 255f, 255f);
    assertThat(mask).containsExactly(0, 1, -1, -1);
  }

  @Test
  void theMaskIsThatOfTheRoundedCode() {
    // 255.4 rounds into the codes, 255.5 out of them; -0.5 rounds to 0.
    float[] values = {255.4f, 255.5f, -0.5f, -0.6f};
    float[] mask = new float[4];

    new Affine(1f, 0, U8).centeredWithMask(values, mask, 0, 4);

    assertThat(mask).containsExactly(1, -1, 1, -1);
    assertThat(values).containsExactly(255f, 255f, 0f, 0f);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-0.0, 0.0", "1e-45, 1e-45", "-1e-44, 1e-44", "0, 1e-38"})
  void aRangeWithoutWidthOrWithASubnormalScaleCollapsesToScaleOne(float min, float max) {
    Range range = new Range(min, max);

    assertThat(UNSIGNED.collapses(range)).isTrue();
    assertThat(UNSIGNED.affine(range)).isEqualTo(new Affine(1f, 0, U8));
    assertThat(SIGNED.collapses(range)).isTrue();
    assertThat(SIGNED.affine(range)).isEqualTo(new Affine(1f, 0, S8));
  }

  @Test
  void anEmptyRangeCollapses() {
    assertThat(UNSIGNED.affine(Range.EMPTY)).isEqualTo(new Affine(1f, 0, U8));
  }

  @Test
  void theSmallestNormalScaleDoesNotCollapse() {
    float max = Float.MIN_NORMAL * 255;

    assertThat(UNSIGNED.affine(new Range(0, max)).scale()).isEqualTo(Float.MIN_NORMAL);
    assertThat(UNSIGNED.collapses(new Range(0, Math.nextDown(max)))).isTrue();
  }

  @Test
  void aSingleValueIsARangeFromZero() {
    assertThat(UNSIGNED.affine(new Range(5.1f, 5.1f))).isEqualTo(new Affine(0.02f, 0, U8));
  }

  @Test
  void theWidestRangeHasAFiniteScale() {
    Range widest = new Range(-Float.MAX_VALUE, Float.MAX_VALUE);
    Affine affine = UNSIGNED.affine(widest);

    assertThat(affine.scale()).isEqualTo((float) (2.0 * Float.MAX_VALUE / 255));
    assertThat(affine.zeroPoint()).isBetween(127, 128);
    assertThat(affine.quantize(Float.MAX_VALUE)).isEqualTo(255);
    assertThat(affine.quantize(-Float.MAX_VALUE)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"NaN, NaN", "0, NaN", "-Infinity, 0", "0, Infinity", "Infinity, Infinity"})
  void aRangeThatIsNotFiniteIsRefused(float min, float max) {
    assertThatThrownBy(() -> UNSIGNED.affine(new Range(min, max)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid quantization range: Range[min=%s, max=%s] (not finite)", min, max);
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, -1f, Float.NaN, Float.POSITIVE_INFINITY})
  void aScaleThatIsNotPositiveAndFiniteIsRefused(float scale) {
    assertThatThrownBy(() -> new Affine(scale, 0, U8))
        .hasMessage("Invalid scale: " + scale + " (must be above 0, finite)");
  }

  @Test
  void aZeroPointOutsideTheCodesIsRefused() {
    assertThatThrownBy(() -> new Affine(1f, 256, U8))
        .hasMessage("Invalid zero point: 256 (allowed: CodeRange[quantMin=0, quantMax=255])");
  }

  @Test
  void aRangeHasAScaleWhereItIsFiniteAndNotTooWide() {
    float huge = Float.MAX_VALUE;
    CodeFormat oneBit = CodeFormat.unsigned(1);
    assertThat(oneBit.takes(new Range(-huge, huge))).isFalse();
    assertThatThrownBy(() -> oneBit.affine(new Range(-huge, huge)))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage("Invalid scale: Infinity (must be above 0, finite)");
    assertThat(CodeFormat.unsigned(8).takes(new Range(-huge, huge))).isTrue();
    assertThat(oneBit.takes(new Range(0, Float.NaN))).isFalse();
    assertThat(oneBit.takes(Range.EMPTY)).isTrue();
  }
}
