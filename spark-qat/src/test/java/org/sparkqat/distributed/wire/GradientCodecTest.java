package org.sparkqat.distributed.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.engine.Seeds;

/** Gradients are rounded to numbers that travel without loss, and what is lost is known exactly. */
class GradientCodecTest {

  private static final int[] SIZES = {0, 1, 3, 255, 256, 257, 512, 1000};

  private static float[] gradient(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * StrictMath.pow(10, random.nextInt(20) - 14));
    }
    return values;
  }

  private static float[] travelled(GradientCodec codec, float[] rounded) {
    Wire wire = Wire.writer(codec.size(rounded.length));
    codec.write(wire, rounded);
    Wire received = Wire.reader(wire.bytes());
    float[] values = codec.read(received);
    received.requireEnd();
    return values;
  }

  @ParameterizedTest
  @EnumSource
  void whatIsRoundedTravelsWithoutLoss(GradientEncoding encoding) {
    GradientCodec codec = encoding.codec();
    Random random = Seeds.random();
    for (int size : SIZES) {
      float[] gradient = gradient(random, size);
      codec.round(gradient, new float[size]);
      assertThat(travelled(codec, gradient)).isEqualTo(gradient);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsRoundedAndWhatIsLostAddUpToWhatWas(GradientEncoding encoding) {
    Random random = Seeds.random();
    for (int size : SIZES) {
      float[] exact = gradient(random, size);
      float[] gradient = exact.clone();
      float[] residual = new float[size];
      encoding.codec().round(gradient, residual);
      for (int i = 0; i < size; i++) {
        assertThat((double) gradient[i] + residual[i]).isEqualTo(exact[i]);
      }
    }
  }

  @Test
  void errorsStaySmallAndAreMadeUpFor() {
    Random random = Seeds.random();
    float[] residual = new float[300];
    double[] given = new double[300];
    double[] sent = new double[300];
    for (int step = 0; step < 100; step++) {
      float[] gradient = new float[300];
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) random.nextGaussian();
        given[i] += gradient[i];
      }
      GradientEncoding.INT8.codec().round(gradient, residual);
      for (int i = 0; i < gradient.length; i++) {
        sent[i] += gradient[i];
      }
    }
    // The largest of 256 Gaussians is below 8, so that the unit is at most 1/16.
    for (int i = 0; i < given.length; i++) {
      assertThat(sent[i]).isCloseTo(given[i], within(1 / 16.0));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "BFLOAT16, 1.00390625, 1",
    "BFLOAT16, 1.01171875, 1.015625",
    "BFLOAT16, 1.004, 1.0078125",
    "BFLOAT16, -3.4028235e38, -Infinity",
    "INT8, 1, 1",
    "INT8, 1.9921875, 1.984375",
    "INT8, -1.0078125, -1",
    "INT8, 1e-35, 0",
    "INT8, -1e-35, 0",
    "INT8, 3.4028235e38, 0x1.FCp127",
  })
  void theNearestNumberTravels(GradientEncoding encoding, float exact, float rounded) {
    float[] gradient = {exact};
    encoding.codec().round(gradient, new float[1]);
    assertThat(gradient[0]).isEqualTo(rounded);
    assertThat(travelled(encoding.codec(), gradient)).isEqualTo(gradient);
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "INT8"})
  void whatIsNotFiniteStaysSoWhereItIs(GradientEncoding encoding) {
    for (float value :
        new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.intBitsToFloat(0x7f800001)}) {
      float[] gradient = {1, value, -2};
      encoding.codec().round(gradient, new float[3]);
      float[] travelled = travelled(encoding.codec(), gradient);
      assertThat(Float.isFinite(travelled[1])).isFalse();
      assertThat(travelled[0]).isEqualTo(1);
      assertThat(travelled[2]).isEqualTo(-2);
    }
  }

  @Test
  void aMessageWithTooFewExponentsIsRefused() {
    Wire wire = Wire.writer(600).putBytes(new byte[1]).putBytes(new byte[257]);
    assertThatThrownBy(() -> GradientEncoding.INT8.codec().read(Wire.reader(wire.bytes())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid message: 1 blocks of 257 elements");
  }
}
