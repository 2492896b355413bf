package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.network.Layer.BatchNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.tensor.Shape;

class RunningStatisticsTest {

  private static final Network ONE =
      Network.builder("one", new Shape(2, 3, 3)).add("bn", BatchNormalization.DEFAULT).build();

  @Test
  void theRunningStatisticsArePyTorchs() {
    JsonNode golden = Golden.read("batchNorm");
    float[] running = {0, 0, 1, 1};
    for (int i = 0; i < golden.get("after").size(); i++) {
      JsonNode batch = golden.get("batches").get(i);
      double[] sums = Golden.doubles(batch.get("sums"));
      long[] counts = {batch.get("count").longValue()};
      running = RunningStatistics.update(running, sums, counts, ONE);
      Golden.assertClose(running, Golden.floats(golden.get("after").get(i)), 1e-6);
    }
  }

  @Test
  void eachLayerHasItsOwnCountAndMomentum() {
    Network two =
        Network.builder("two", new Shape(1))
            .add("a", new BatchNormalization(1e-5f, 0.5f))
            .add("b", new BatchNormalization(1e-5f, 1f))
            .build();
    float[] before = {0, 1, 0, 1};

    // a: {1, 3}; b: {2, 2, 5}.
    float[] after =
        RunningStatistics.update(before, new double[] {4, 10, 9, 33}, new long[] {2, 3}, two);

    assertThat(after).containsExactly(1f, 1.5f, 3f, 3f);
    assertThat(before).containsExactly(0, 1, 0, 1);
  }

  @Test
  void equalValuesHaveVarianceZeroAndOneValueToo() {
    float tenth = 0.1f;
    double[] sums = {3 * (double) tenth, 7, 3 * (double) tenth * tenth, 49};
    Network all =
        Network.builder("all", new Shape(2)).add("bn", new BatchNormalization(1e-5f, 1f)).build();

    float[] three = RunningStatistics.update(new float[4], sums, new long[] {3}, all);
    assertThat(three[2]).isNotNegative().isLessThan(1e-15f);

    float[] one =
        RunningStatistics.update(new float[4], new double[] {2, 7, 4, 49}, new long[] {1}, all);
    assertThat(one).containsExactly(2, 7, 0, 0);
  }

  @Test
  void pooledStatisticsAreThoseOfAllValues() {
    Network one =
        Network.builder("one", new Shape(1)).add("bn", BatchNormalization.DEFAULT).build();
    Random random = new Random(5);
    double[] values = random.doubles(40, -3, 10).toArray();
    float[] pooled = {Float.NaN, Float.NaN};
    for (int batch = 0; batch < 4; batch++) {
      double[] sums = new double[2];
      for (int i = 10 * batch; i < 10 * batch + 10; i++) {
        sums[0] += values[i];
        sums[1] += values[i] * values[i];
      }
      pooled = RunningStatistics.pooled(pooled, batch, sums, new long[] {10}, one);
    }
    double mean = Arrays.stream(values).average().orElse(0);
    double variance = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum() / 39;
    assertThat(pooled[0]).isCloseTo((float) mean, within(1e-6f));
    assertThat(pooled[1]).isCloseTo((float) variance, within(1e-5f));
  }

  @Test
  void driftIsRelativeToTheDeviation() {
    Network one =
        Network.builder("one", new Shape(1)).add("bn", new BatchNormalization(1e-9f, 0.1f)).build();
    double drift = RunningStatistics.drift(new float[] {1, 4}, new float[] {1.5f, 3}, one);
    assertThat(drift).isCloseTo(0.5 / 2 + 1.0 / 8, within(1e-6));
    assertThat(RunningStatistics.drift(new float[] {1, 4}, new float[] {1, 4}, one)).isZero();
  }

  @Test
  void whatDoesNotFitIsNamed() {
    assertThatThrownBy(
            () -> RunningStatistics.update(new float[4], new double[4], new long[0], ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid batch-norm count of 'bn': none (must be at least 1)");
    assertThatThrownBy(
            () -> RunningStatistics.update(new float[4], new double[4], new long[] {0}, ONE))
        .hasMessage("Invalid batch-norm count of 'bn': 0 (must be at least 1)");
    assertThatThrownBy(
            () -> RunningStatistics.update(new float[4], new double[4], new long[] {9, 9}, ONE))
        .hasMessage("Invalid batch-norm counts: 2 numbers (expected 1)");
    assertThatThrownBy(
            () -> RunningStatistics.update(new float[4], new double[3], new long[] {9}, ONE))
        .hasMessage("Invalid batch-norm sums: 3 numbers (expected 4)");
  }
}
