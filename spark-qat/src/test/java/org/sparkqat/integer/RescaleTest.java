package org.sparkqat.integer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;

/** The fixed-point multiplications against exact arithmetic. */
class RescaleTest {

  private static final int CASES = 200_000;
  private static final BigInteger LEAST = BigInteger.valueOf(Integer.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Integer.MAX_VALUE);

  private final Random random = Seeds.random();

  @Test
  void aHighProductIsRoundedHalfUp() {
    for (int i = 0; i < CASES; i++) {
      int a = number();
      int b = number();
      if (a == Integer.MIN_VALUE && b == a) {
        continue;
      }
      assertThat(FixedPoint.doublingHighMultiply(a, b))
          .as("%d * %d", a, b)
          .isEqualTo(halfUp(product(a, b), 31).intValueExact());
    }
    assertThat(FixedPoint.doublingHighMultiply(Integer.MIN_VALUE, Integer.MIN_VALUE))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aDivisionByAPowerOfTwoIsRoundedHalfAwayFromZero() {
    for (int i = 0; i < CASES; i++) {
      int x = number();
      int exponent = random.nextInt(32);
      assertThat(FixedPoint.divideByPowerOfTwo(x, exponent))
          .as("%d / 2^%d", x, exponent)
          .isEqualTo(
              divided(BigInteger.valueOf(x), exponent, RoundingMode.HALF_UP).intValueExact());
    }
  }

  @Test
  void roundingTwiceIsThatOfBothSteps() {
    for (int i = 0; i < CASES; i++) {
      int x = number();
      int multiplier = multiplier();
      int shift = random.nextInt(63) - 31;
      BigInteger shifted = saturated(BigInteger.valueOf(x).shiftLeft(Math.max(0, shift)));
      BigInteger high = halfUp(shifted.multiply(BigInteger.valueOf(multiplier)), 31);
      assertThat(new Rescale.Twice(multiplier, shift).of(x))
          .as("%d * %d * 2^%d", x, multiplier, shift - 31)
          .isEqualTo(divided(high, Math.max(0, -shift), RoundingMode.HALF_UP).intValueExact());
    }
  }

  @Test
  void roundingOnceIsHalfUp() {
    for (int i = 0; i < CASES; i++) {
      int x = number();
      int multiplier = multiplier();
      int shift = random.nextInt(62) - 31;
      assertThat(new Rescale.Once(multiplier, shift).of(x))
          .as("%d * %d * 2^%d", x, multiplier, shift - 31)
          .isEqualTo(saturated(halfUp(product(x, multiplier), 31 - shift)).intValueExact());
    }
  }

  /** Half of an odd number is a tie. */
  @Test
  void thePoliciesDifferAtTies() {
    int half = 1 << 30;
    assertThat(new Rescale.Twice(half, 0).of(5)).isEqualTo(3);
    assertThat(new Rescale.Once(half, 0).of(5)).isEqualTo(3);
    assertThat(new Rescale.Twice(half, 0).of(-5)).isEqualTo(-2);
    assertThat(new Rescale.Twice(half, -1).of(10)).isEqualTo(3);
    assertThat(new Rescale.Twice(half, -1).of(-10)).isEqualTo(-3);
    assertThat(new Rescale.Once(half, -1).of(-10)).isEqualTo(-2);
    assertThat(new Rescale.Once(half, 0).of(-5)).isEqualTo(-2);
    RealMap map = new RealMap.Sum(0, Float.floatToRawIntBits(0.5f));
    assertThat(new Requantizer.OfReal(map, Binary32.ONE, -9, 9).of(5)).isEqualTo(2);
    assertThat(new Requantizer.OfReal(map, Binary32.ONE, -9, 9).of(-5)).isEqualTo(-2);
  }

  /** 1/4: rounded to 1/2, as 1 of two halves, first, that is 1. */
  @Test
  void roundingTwiceMayDifferFromRoundingOnce() {
    int half = 1 << 30;
    assertThat(new Rescale.Twice(half, -1).of(1)).isEqualTo(1);
    assertThat(new Rescale.Once(half, -1).of(1)).isZero();
  }

  @Test
  void aShiftBeyondTheRegisterIsRefused() {
    assertThatThrownBy(() -> new Rescale.Twice(1 << 30, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid multiplier: 1073741824 with shift 32 (must be at least 0, with a shift of -31 to 31)");
  }

  /** Those of powers of two give ties. */
  private int multiplier() {
    return (1 << 30) | (random.nextBoolean() ? 0 : random.nextInt(1 << 30));
  }

  private int number() {
    if (random.nextInt(10) == 0) {
      return 1 << random.nextInt(31);
    }
    return random.nextInt(10) == 0
        ? (random.nextBoolean() ? Integer.MIN_VALUE : Integer.MAX_VALUE)
        : random.nextInt() >> random.nextInt(32);
  }

  private static BigInteger product(int a, int b) {
    return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
  }

  private static BigInteger divided(BigInteger x, int bits, RoundingMode mode) {
    return new BigDecimal(x)
        .divide(new BigDecimal(BigInteger.ONE.shiftLeft(bits)), 0, mode)
        .toBigIntegerExact();
  }

  /** Half away from zero of positive, half towards zero of negative numbers. */
  private static BigInteger halfUp(BigInteger x, int bits) {
    return divided(x, bits, x.signum() < 0 ? RoundingMode.HALF_DOWN : RoundingMode.HALF_UP);
  }

  private static BigInteger saturated(BigInteger x) {
    return x.max(LEAST).min(MOST);
  }
}
