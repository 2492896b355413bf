package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;

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

  private static WeightCodes codes(
      int bits, Symmetry symmetry, Granularity granularity, int outputs, int perOutput) {
    WeightQuantizer quantizer = new WeightQuantizer(bits, symmetry, granularity);
    return new WeightCodes(Optional.of(quantizer), outputs, perOutput);
  }

  /** What becomes of a gradient of ones with respect to the quantized weights. */
  private static float[] mask(WeightCodes codes, int size) {
    float[] diffCodes = new float[size];
    for (int i = 0; i < size; i++) {
      diffCodes[i] = codes.scales[i * codes.scales.length / size];
    }
    float[] gradient = new float[size];
    codes.backward(diffCodes, 1f, gradient, 0);
    return gradient;
  }
}
