package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

class WeightCodesTest {

  @Test
  void symmetricWeightsAllPassTheirGradient() {
    WeightCodes codes = codes(4, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 2, 3);
    codes.load(new float[] {-1f, 0.55f, 0.3f, 20f, -70f, 10f}, 0);
    assertThat(codes.codes).containsExactly(-7, 4, 2, 2, -7, 1);
    assertThat(codes.scales).containsExactly(1f / 7, 10f);
    assertThat(mask(codes, 6)).containsExactly(1, 1, 1, 1, 1, 1);
  }

  /**
   * Range -1.5 to 1.5 in 2 bits: scale 1, codes -2 to 1, zero point roundHalfEven(-0.5) = 0. The
   * code of 1.5 is 2, beyond the codes: it is clamped and its gradient does not pass.
   */
  @Test
  void anAsymmetricWeightWhoseCodeIsClampedPassesNoGradient() {
    WeightCodes codes = codes(2, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR, 1, 5);
    codes.load(new float[] {-1.5f, -1f, 0.4f, 1.4f, 1.5f}, 0);
    assertThat(codes.codes).containsExactly(-2, -1, 0, 1, 1);
    assertThat(mask(codes, 5)).containsExactly(1, 1, 1, 1, 0);
  }

  @Test
  void theZeroPointOfAsymmetricWeightsOfOneSignIsAtAnEnd() {
    WeightCodes codes = codes(2, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL, 2, 3);
    codes.load(new float[] {1f, 2f, 3f, -1f, -2f, -3f}, 0);
    assertThat(codes.codes).containsExactly(1, 2, 3, -1, -2, -3);
    assertThat(codes.zeroPoints).containsExactly(-2, 1);
    assertThat(mask(codes, 6)).containsExactly(1, 1, 1, 1, 1, 1);
  }

  @Test
  void weightsOfZeroHaveScaleOneAndPassTheirGradient() {
    WeightCodes codes = codes(8, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 2, 2);
    codes.load(new float[] {0f, 0f, 1f, -0.5f}, 0);
    assertThat(codes.codes).containsExactly(0, 0, 127, -64);
    assertThat(codes.scales).containsExactly(1f, 1f / 127);
    assertThat(mask(codes, 4)).containsExactly(1, 1, 1, 1);
  }

  @Test
  void whatWasClampedBeforeIsForgotten() {
    WeightCodes codes = codes(2, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR, 1, 5);
    codes.load(new float[] {-1.5f, -1f, 0.4f, 1.4f, 1.5f}, 0);
    codes.load(new float[] {-2f, -1f, 0f, 0.6f, 1f}, 0);
    assertThat(codes.codes).containsExactly(-2, -1, 0, 1, 1);
    assertThat(mask(codes, 5)).containsExactly(1, 1, 1, 1, 1);
  }

  @Test
  void binaryWeightsAreSignsTimesTheirMeanMagnitude() {
    WeightCodes codes = codes(WeightScheme.BINARY, Granularity.PER_CHANNEL, 2, 4);
    codes.load(new float[] {-1f, 2f, 0f, -5f, 0f, 0f, 0f, 0f}, 0);
    assertThat(codes.codes).containsExactly(-1, 1, 1, -1, 0, 0, 0, 0);
    assertThat(codes.scales).containsExactly(2f, 1f);
    assertThat(mask(codes, 8)).containsOnly(1);
  }

  @Test
  void binaryWeightsPerTensorShareTheMeanOfAll() {
    WeightCodes codes = codes(WeightScheme.BINARY, Granularity.PER_TENSOR, 2, 2);
    codes.load(new float[] {-1f, 2f, -3f, 6f}, 0);
    assertThat(codes.codes).containsExactly(-1, 1, -1, 1);
    assertThat(codes.scales).containsExactly(3f, 3f);
  }

  /** The mean magnitude is 2, the threshold 1.4, and the mean of those above it 3. */
  @Test
  void ternaryWeightsAboveTheThresholdAreSignsTimesTheirMeanMagnitude() {
    WeightCodes codes = codes(WeightScheme.TERNARY, Granularity.PER_CHANNEL, 1, 5);
    codes.load(new float[] {-1f, 4f, 0f, -3f, 2f}, 0);
    assertThat(codes.codes).containsExactly(0, 1, 0, -1, 1);
    assertThat(codes.scales).containsExactly(3f);
    assertThat(mask(codes, 5)).containsOnly(1);
  }

  /** {@code t = tanh(w) / tanh(2)}: 1, -0.479, 0; the slope is {@code (1 - tanh^2) / tanh(2)}. */
  @Test
  void tanhWeightsAreUniformBetweenOneAndMinusOne() {
    WeightCodes codes = codes(4, WeightScheme.TANH, 1, 3);
    codes.load(new float[] {2f, -0.5f, 0f}, 0);
    assertThat(codes.codes).containsExactly(7, -3, 0);
    assertThat(codes.scales).containsExactly(1f / 7);
    assertThat(mask(codes, 3))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(0.073289f, 0.815794f, 1.037315f);
  }

  @Test
  void aFactorScalesTanhWeightsAndTurnsTheirSigns() {
    WeightCodes codes = codes(4, WeightScheme.TANH, 1, 3);
    codes.factors[0] = -14f;
    codes.load(new float[] {2f, -0.5f, 0f}, 0);
    assertThat(codes.codes).containsExactly(-7, 3, 0);
    assertThat(codes.scales).containsExactly(14f * (1f / 7));
  }

  /** Two groups of two input channels, of two weights each, and a last one of one channel. */
  @Test
  void groupsHaveTheirOwnScalesAndStayReal() {
    WeightQuantizer quantizer =
        new WeightQuantizer(
            CodeFormat.signed(2, Symmetry.SYMMETRIC),
            Granularity.PER_GROUP,
            2,
            WeightScheme.UNIFORM);
    WeightCodes codes = new WeightCodes(Optional.of(quantizer), 1, 10, 2);
    codes.load(new float[] {1f, 0.6f, 0.4f, -1f, 10f, 4f, -6f, 0f, 0.1f, 0.04f}, 0);
    assertThat(codes.areCodes()).isFalse();
    assertThat(codes.codes).containsExactly(1f, 1f, 0f, -1f, 10f, 0f, -10f, 0f, 0.1f, 0f);
    assertThat(codes.scales).containsExactly(1f);
    assertThat(mask(codes, 10)).containsOnly(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = WeightScheme.class,
      names = {"BINARY", "TERNARY", "TANH"})
  void weightsThatAreNotFiniteAreRefused(WeightScheme scheme) {
    WeightCodes codes = codes(2, scheme, 1, 2);
    assertThatThrownBy(() -> codes.load(new float[] {1f, Float.NaN}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid quantization range: Range[min=NaN, max=NaN] (not finite)");
  }

  private static WeightCodes codes(
      WeightScheme scheme, Granularity granularity, int outputs, int perOutput) {
    WeightQuantizer quantizer = WeightQuantizer.of(scheme, granularity);
    return new WeightCodes(Optional.of(quantizer), outputs, perOutput, 1);
  }

  private static WeightCodes codes(int bits, WeightScheme scheme, int outputs, int perOutput) {
    WeightQuantizer quantizer =
        new WeightQuantizer(
            CodeFormat.signed(bits, Symmetry.SYMMETRIC), Granularity.PER_CHANNEL, 1, scheme);
    return new WeightCodes(Optional.of(quantizer), outputs, perOutput, 1);
  }

  private static WeightCodes codes(
      int bits, Symmetry symmetry, Granularity granularity, int outputs, int perOutput) {
    WeightQuantizer quantizer = new WeightQuantizer(bits, symmetry, granularity);
    return new WeightCodes(Optional.of(quantizer), outputs, perOutput, 1);
  }

  /** What becomes of a gradient of ones with respect to the quantized weights. */
  private static float[] mask(WeightCodes codes, int size) {
    float[] diffCodes = new float[size];
    for (int i = 0; i < size; i++) {
      diffCodes[i] = codes.scales[i * codes.scales.length / size];
    }
    float[] gradient = new float[size];
    for (int o = 0; o < codes.outputs; o++) {
      codes.backward(o, codes.factors[o] / codes.scales[o], diffCodes, gradient, 0);
    }
    return gradient;
  }
}
