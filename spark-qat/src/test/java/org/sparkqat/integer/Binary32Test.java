package org.sparkqat.integer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;

/** Integers that compute like the processor's floats, bit for bit. */
class Binary32Test {

  private static final int CASES = 300_000;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Math.nextDown(Float.MIN_NORMAL),
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    0x1p24f,
    0x1.fffffep23f,
    0.5f,
    1.5f,
    3f
  };

  private final Random random = Seeds.random();

  @Test
  void sumsProductsAndQuotientsAreThoseOfFloats() {
    for (int i = 0; i < CASES; i++) {
      check(number(), number());
    }
  }

  @Test
  void sumsProductsAndQuotientsOfSpecialNumbersAreThoseOfFloats() {
    for (float a : SPECIAL) {
      for (float b : SPECIAL) {
        check(a, b);
      }
    }
  }

  private static void check(float a, float b) {
    int x = Float.floatToRawIntBits(a);
    int y = Float.floatToRawIntBits(b);
    assertThat(bits(Binary32.add(x, y))).as("%s + %s", a, b).isEqualTo(bits(a + b));
    assertThat(bits(Binary32.multiply(x, y))).as("%s * %s", a, b).isEqualTo(bits(a * b));
    assertThat(bits(Binary32.divide(x, y))).as("%s / %s", a, b).isEqualTo(bits(a / b));
    if (!Float.isNaN(a) && !Float.isNaN(b) && a != b) {
      assertThat(Binary32.max(x, y)).isEqualTo(Float.floatToRawIntBits(Math.max(a, b)));
      assertThat(Binary32.min(x, y)).isEqualTo(Float.floatToRawIntBits(Math.min(a, b)));
    }
  }

  @Test
  void anIntegerBecomesTheNearestFloat() {
    for (int i = 0; i < CASES; i++) {
      int value = random.nextInt() >> random.nextInt(32);
      assertThat(Binary32.of(value)).isEqualTo(Float.floatToRawIntBits((float) value));
    }
    assertThat(Binary32.of(Integer.MIN_VALUE)).isEqualTo(Float.floatToRawIntBits(-0x1p31f));
  }

  @Test
  void aFloatIsRoundedHalfToEvenWithinTheLimits() {
    for (int i = 0; i < CASES; i++) {
      float value = random.nextInt(3) == 0 ? number() : (random.nextInt(2000) - 1000) / 4f;
      int low = -random.nextInt(300);
      int high = random.nextInt(300);
      if (!Float.isNaN(value)) {
        double expected = Math.max(low, Math.min(high, Math.rint((double) value)));
        assertThat(Binary32.toInteger(Float.floatToRawIntBits(value), low, high))
            .as("%s within %d and %d", value, low, high)
            .isEqualTo((int) expected);
      }
    }
  }

  /** Any bits; or numbers near each other, whose sums cancel. */
  private float number() {
    return random.nextBoolean()
        ? Float.intBitsToFloat(random.nextInt())
        : (random.nextInt(1 << 25) - (1 << 24)) * Math.scalb(1f, random.nextInt(60) - 30);
  }

  /** All NaN are one. */
  private static int bits(float number) {
    return Float.floatToIntBits(number);
  }

  private static int bits(int raw) {
    return Float.floatToIntBits(Float.intBitsToFloat(raw));
  }
}
