package org.sparkqat.engine.integer;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;
import org.sparkqat.integer.Rescale;

class MultiplierTest {

  @Test
  void aMultiplierHas31BitsOfItsNumber() {
    Random random = Seeds.random();
    for (int i = 0; i < 100_000; i++) {
      double number = Math.scalb(0.5 + random.nextDouble() / 2, random.nextInt(61) - 30);
      Rescale.Twice fixed = (Rescale.Twice) Multiplier.twice(number);
      assertThat(fixed.multiplier()).isGreaterThanOrEqualTo(1 << 30);
      BigDecimal value =
          new BigDecimal(fixed.multiplier())
              .multiply(new BigDecimal(Math.scalb(1.0, fixed.shift() - 31)));
      BigDecimal error = value.subtract(new BigDecimal(number)).abs();
      assertThat(error.divide(new BigDecimal(number), new MathContext(20, RoundingMode.HALF_UP)))
          .isLessThanOrEqualTo(new BigDecimal(Math.scalb(1.0, -31)));
      assertThat(Multiplier.once(number))
          .isEqualTo(new Rescale.Once(fixed.multiplier(), fixed.shift()));
    }
  }

  @Test
  void powersOfTwoAreExact() {
    assertThat(Multiplier.twice(1)).isEqualTo(new Rescale.Twice(1 << 30, 1));
    assertThat(Multiplier.twice(0.25)).isEqualTo(new Rescale.Twice(1 << 30, -1));
    assertThat(Multiplier.twice(Math.nextDown(1.0))).isEqualTo(new Rescale.Twice(1 << 30, 1));
  }

  @Test
  void whatIsTooSmallIsZeroAndWhatIsTooLargeTheLargest() {
    assertThat(Multiplier.twice(0)).isEqualTo(new Rescale.Twice(0, 0));
    assertThat(Multiplier.twice(0x1p-33)).isEqualTo(new Rescale.Twice(0, 0));
    assertThat(Multiplier.twice(Double.MIN_VALUE)).isEqualTo(new Rescale.Twice(0, 0));
    assertThat(Multiplier.twice(0x1p-32)).isEqualTo(new Rescale.Twice(1 << 30, -31));
    assertThat(Multiplier.twice(1e30)).isEqualTo(new Rescale.Twice(Integer.MAX_VALUE, 31));
    assertThat(Multiplier.once(0x1p31)).isEqualTo(new Rescale.Once(Integer.MAX_VALUE, 30));
  }
}
