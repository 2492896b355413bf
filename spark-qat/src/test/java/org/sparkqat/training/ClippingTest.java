package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;
import org.sparkqat.tensor.ParameterLayout;

class ClippingTest {

  private static final ParameterLayout LAYOUT = Golden.LAYOUT;
  private final JsonNode golden = Golden.read("clipping");
  private final float[] parameters = Golden.floats(golden.get("parameters"));
  private final float[] gradient = Golden.floats(golden.get("gradient"));

  @Test
  void clippingByNormIsPyTorchs() {
    ClipReport report = new Clipping(0.5, 0, 0).apply(gradient, parameters, LAYOUT);

    // PyTorch divides by norm + 1e-6.
    Golden.assertClose(gradient, Golden.floats(golden.get("norm")), 1e-6);
    assertThat(Norms.norm(gradient, 0, gradient.length)).isCloseTo(0.5, within(1e-7));
    assertThat(report.factor()).isCloseTo(0.5 / report.norm(), within(1e-12));
    assertThat(report.acted()).isTrue();
  }

  @Test
  void clippingByValueIsPyTorchs() {
    float[] before = gradient.clone();

    ClipReport report = new Clipping(0, 0.5, 0).apply(gradient, parameters, LAYOUT);

    assertThat(gradient).containsExactly(Golden.floats(golden.get("value")));
    assertThat(report.values()).isEqualTo(countAbove(before, 0.5f)).isPositive();
  }

  @Test
  void adaptiveClippingShortensTheRowsOfWeights() {
    ClipReport report = new Clipping(0, 0, 0.01).apply(gradient, parameters, LAYOUT);

    Golden.assertClose(gradient, Golden.floats(golden.get("adaptive")), 1e-9);
    assertThat(report.units()).isEqualTo(3);
    assertThat(report.factor()).isEqualTo(1);
  }

  @Test
  void noneOnlyMeasures() {
    float[] before = gradient.clone();

    ClipReport report = Clipping.NONE.apply(gradient, parameters, LAYOUT);

    assertThat(gradient).containsExactly(before);
    assertThat(report.acted()).isFalse();
    assertThat(report.norm()).isCloseTo(plainNorm(before), within(1e-9));
  }

  @Test
  void aGradientWithinAllLimitsStays() {
    float[] before = gradient.clone();

    ClipReport report = new Clipping(1e3, 1e3, 1e9).apply(gradient, parameters, LAYOUT);

    assertThat(gradient).containsExactly(before);
    assertThat(report.acted()).isFalse();
  }

  @Test
  void theNormHoldsAfterAllThreeWays() {
    new Clipping(0.001, 0.01, 0.01).apply(gradient, parameters, LAYOUT);

    assertThat(plainNorm(gradient)).isLessThanOrEqualTo(0.001 * (1 + 1e-6));
  }

  @Test
  void aGradientThatIsNotFiniteIsReportedAndLeftAlone() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      float[] bad = gradient.clone();
      bad[7] = value;
      float[] before = bad.clone();

      ClipReport report = new Clipping(0.1, 0.1, 0.01).apply(bad, parameters, LAYOUT);

      assertThat(bad).containsExactly(before);
      assertThat(report.norm()).isNotFinite();
      assertThat(report.acted()).isFalse();
    }
  }

  @Test
  void theLargestFiniteGradientHasAFiniteNorm() {
    Arrays.fill(gradient, Float.MAX_VALUE);

    ClipReport report = new Clipping(1, 0, 0).apply(gradient, parameters, LAYOUT);

    assertThat(report.norm()).isFinite();
    assertThat(plainNorm(gradient)).isCloseTo(1, within(1e-6));
  }

  @Test
  void normsAgreeWithAPlainSumAtEveryLength() {
    Random random = Seeds.random();
    for (int length : new int[] {0, 1, 3, 4, 255, 256, 257, 511, 512, 513, 1000, 10_007}) {
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      assertThat(Norms.norm(values, 0, length)).isCloseTo(plainNorm(values), within(1e-9));
    }
  }

  @Test
  void totalsMergeInAnyOrder() {
    ClipTotals a = ClipTotals.of(new ClipReport(3, 0.5, 0, 0));
    ClipTotals b = ClipTotals.of(new ClipReport(1, 1, 0, 0));
    ClipTotals c = ClipTotals.of(new ClipReport(2, 1, 4, 5));

    ClipTotals expected = new ClipTotals(3, 2, 3, 0.5, 4, 5);
    assertThat(a.merge(b).merge(c)).isEqualTo(expected);
    assertThat(c.merge(b.merge(a))).isEqualTo(expected);
    assertThat(ClipTotals.EMPTY.merge(expected)).isEqualTo(expected);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new Clipping(-1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid clipping norm: -1.0 (must be at least 0 and finite)");
    assertThatThrownBy(() -> new Clipping(0, Double.NaN, 0))
        .hasMessage("Invalid clipping value: NaN (must be at least 0 and finite)");
    assertThatThrownBy(() -> Clipping.NONE.apply(new float[1], parameters, LAYOUT))
        .hasMessage("Invalid gradient: 1 numbers (expected 15)");
  }

  private static double plainNorm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private static long countAbove(float[] values, float limit) {
    long count = 0;
    for (float value : values) {
      count += Math.abs(value) > limit ? 1 : 0;
    }
    return count;
  }
}
