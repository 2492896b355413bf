package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeSearchTest {

  private static final int VALUES = 100_000;

  private static Histogram histogram(float... values) {
    Range range = Range.of(values, 0, values.length);
    long[] counts = new long[Histogram.BINS];
    Histogram.count(range, values, 0, values.length, counts, 0);
    return new Histogram(range, counts);
  }

  /** Standard normal values and one far outside. */
  private static float[] normalWithOutlier() {
    Random random = new Random(5);
    float[] values = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[7] = 40f;
    return values;
  }

  private static double squaredError(float[] values, Affine affine) {
    double sum = 0;
    for (float value : values) {
      double difference = (double) value - affine.fakeQuantize(value);
      sum += difference * difference;
    }
    return sum / values.length;
  }

  @Test
  void everyValueIsCountedOnceAndTheEndsAreTheOutermostParts() {
    float[] values = {-1f, -1f, 0f, 0.999f, 1f, Float.NaN};
    long[] counts = new long[2 * Histogram.BINS];

    Histogram.count(new Range(-1, 1), values, 1, 6, counts, Histogram.BINS);
    Histogram.count(new Range(-1, 1), new float[] {-5f, 5f}, 0, 2, counts, Histogram.BINS);

    Histogram counted =
        new Histogram(
            new Range(-1, 1), Arrays.copyOfRange(counts, Histogram.BINS, 2 * Histogram.BINS));
    assertThat(counted.total()).isEqualTo(6);
    assertThat(counted.counts()[0]).isEqualTo(2);
    assertThat(counted.counts()[Histogram.BINS / 2]).isEqualTo(1);
    assertThat(counted.counts()[Histogram.BINS - 1]).isEqualTo(2);
    assertThat(Arrays.stream(counts, 0, Histogram.BINS).sum()).isZero();
  }

  @Test
  void aRangeWithoutWidthCountsNothing() {
    long[] counts = new long[Histogram.BINS];
    Histogram.count(new Range(2, 2), new float[] {2f}, 0, 1, counts, 0);
    Histogram.count(Range.EMPTY, new float[] {2f}, 0, 1, counts, 0);
    assertThat(counts).containsOnly(0);
  }

  @Test
  void theWholePercentileIsTheWholeRange() {
    assertThat(RangeSearch.percentile(histogram(-2f, 0f, 3f), 1)).isEqualTo(new Range(-2, 3));
  }

  @Test
  void aPercentileLeavesTheSameShareOutAtBothEnds() {
    float[] values = new float[1001];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 1000f;
    }
    Range range = RangeSearch.percentile(histogram(values), 0.9);
    assertThat(range.min()).isCloseTo(0.1f, within(0.002f));
    assertThat(range.max()).isCloseTo(0.9f, within(0.002f));
  }

  @Test
  void aPercentileOfManyZerosStartsAtZero() {
    float[] values = new float[1000];
    values[0] = 10f;
    values[1] = 1f;
    Range range = RangeSearch.percentile(histogram(values), 0.9985);
    assertThat(range.min()).isZero();
    assertThat(range.max()).isCloseTo(1f, within(0.01f));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  void noClippingOfTheOutlierQuantizesWithALowerError(int bits) {
    float[] values = normalWithOutlier();
    CodeFormat format = CodeFormat.unsigned(bits);
    Range found = RangeSearch.leastSquares(histogram(values), format);

    double least = Double.POSITIVE_INFINITY;
    for (double bound = 0.2; bound <= 40; bound += 0.2) {
      Range candidate = new Range((float) Math.max(-4.5, -bound), (float) bound);
      least = Math.min(least, squaredError(values, format.affine(candidate)));
    }
    // The search has steps of 1/128 of the range, 0.3 here, and parts have the width 0.02.
    assertThat(squaredError(values, format.affine(found))).isLessThan(1.1 * least + 1e-4);
    assertThat(found.max()).isLessThan(40f);
  }

  @Test
  void theLeastErrorOfSymmetricCodesClipsBothEndsAlike() {
    float[] values = normalWithOutlier();
    values[8] = -40f;
    Range found =
        RangeSearch.leastSquares(histogram(values), CodeFormat.signed(4, Symmetry.SYMMETRIC));
    assertThat(found.max()).isBetween(2f, 5f).isEqualTo(-found.min());
  }

  @Test
  void valuesThatFillTheRangeKeepIt() {
    float[] values = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = i / (VALUES - 1f);
    }
    Histogram uniform = histogram(values);
    CodeFormat format = CodeFormat.unsigned(4);
    assertThat(RangeSearch.leastSquares(uniform, format).max()).isCloseTo(1f, within(0.04f));
    assertThat(RangeSearch.leastDivergence(uniform, format).max()).isCloseTo(1f, within(0.01f));
  }

  @Test
  void theLeastDivergenceClipsOutliers() {
    float[] values = normalWithOutlier();
    Range found = RangeSearch.leastDivergence(histogram(values), CodeFormat.unsigned(8));
    assertThat(found.max()).isBetween(2f, 8f);
    assertThat(found.min()).isBetween(-5f, -2f);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0, 1.01, Double.NaN})
  void partsThatAreNoPercentileAreRefused(double part) {
    assertThatThrownBy(() -> new Observer.Percentile(part))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid observer percentile: ")
        .hasMessageEndingWith(" (allowed: above 50, at most 100)");
  }
}
