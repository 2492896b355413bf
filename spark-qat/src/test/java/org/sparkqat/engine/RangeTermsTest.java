package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;

/** The sums of learned ranges against a loop in double precision. */
class RangeTermsTest {

  private static final Affine AFFINE = new Affine(0.5f, 3, CodeRange.unsigned(4));

  @Test
  void sumsAreThoseOfTheEquations() {
    Random random = Seeds.random();
    float[] values = new float[1000];
    float[] diff = new float[values.length];
    double below = 0;
    double inside = 0;
    double above = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (8 * random.nextGaussian());
      diff[i] = (float) random.nextGaussian();
      double code = Math.rint(values[i] / 0.5) + 3;
      below += code < 0 ? diff[i] : 0;
      above += code > 15 ? diff[i] : 0;
      inside += code >= 0 && code <= 15 ? diff[i] * (code - 3 - values[i] / 0.5) : 0;
    }
    double[] sums = {0, 0, 0, 1, 2, 3};
    float[] terms = new float[values.length + 5];

    RangeTerms.of(values, 0, AFFINE, terms, 5, values.length);
    RangeTerms.add(diff, 0, terms, 5, values.length, -2, sums, 1);

    assertThat(sums[0]).isZero();
    assertThat(sums[3]).isCloseTo(1 - 2 * below, within(1e-9));
    assertThat(sums[4]).isCloseTo(2 - 2 * inside, within(1e-4));
    assertThat(sums[5]).isCloseTo(3 - 2 * above, within(1e-9));
  }

  @Test
  void valuesThatRoundToTheLastCodeAreInside() {
    assertThat(RangeTerms.of(6.2f, AFFINE)).isEqualTo(12 - 6.2f / 0.5f);
    assertThat(RangeTerms.of(6.26f, AFFINE)).isEqualTo(2f);
    assertThat(RangeTerms.of(-1.7f, AFFINE)).isCloseTo(0.4f, within(1e-6f));
    assertThat(RangeTerms.of(-1.76f, AFFINE)).isEqualTo(-2f);
    assertThat(RangeTerms.of(Float.NEGATIVE_INFINITY, AFFINE)).isEqualTo(-2f);
  }

  @Test
  void aNanMakesASumNan() {
    double[] sums = new double[RangeTerms.SUMS];
    float[] terms = {RangeTerms.of(Float.NaN, AFFINE)};
    RangeTerms.add(new float[] {1}, 0, terms, 0, 1, 1, sums, 0);
    assertThat(sums[1]).isNaN();
  }

  @Test
  void theSumOfGradientsOfEqualValuesCountsAsTheirs() {
    for (float value : new float[] {-3f, 1.3f, 40f}) {
      float term = RangeTerms.of(value, AFFINE);
      double[] single = new double[RangeTerms.SUMS];
      double[] whole = new double[RangeTerms.SUMS];
      float[] terms = {term, term, term};
      RangeTerms.add(new float[] {1, -3, 4}, 0, terms, 0, 3, 1, single, 0);
      RangeTerms.add(2, term, whole, 0);
      assertThat(whole).containsExactly(single, within(1e-6));
    }
  }
}
