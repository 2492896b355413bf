package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;

/** The engine computes what PyTorch does, forward and backward. */
class GoldenTest {

  static Stream<Arguments> cases() {
    return Stream.of(EngineChoice.REFERENCE, EngineChoice.ONEDNN)
        .flatMap(engine -> GoldenCase.all().map(golden -> Arguments.of(engine, golden)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aMicroBatchTrainsAsInPyTorch(EngineChoice engine, GoldenCase golden) {
    QuantizedGraph graph = golden.graph();
    MicroBatchResult result = new MicroBatchResult(graph);
    float[] outputs = new float[golden.expected("outputs").length];
    try (Kernels kernels = Engines.open(engine);
        Plan plan = Plan.compile(kernels, graph, golden.normalization(), golden.settings())) {
      plan.load(golden.parameters(), golden.statistics(), golden.ranges("ranges", graph));
      plan.infer(golden.inputs(), outputs);
      plan.train(
          golden.inputs(),
          golden.targets(),
          new GoldenLoss(golden.labelSmoothing()),
          new DropoutKey(1, 1, 0),
          result);
    }

    near("outputs", outputs, golden.expected("outputs"), golden);
    near("loss", new float[] {(float) result.loss()}, golden.expected("loss"), golden);
    for (Parameter parameter : graph.graph().network().parameters().parameters()) {
      float[] gradient = Arrays.copyOfRange(result.gradient(), parameter.offset(), parameter.end());
      near(parameter.name(), gradient, golden.expected("gradient", parameter.name()), golden);
    }
    if (golden.settings().arithmetic().quantizes()) {
      observed(result.observed(), golden.ranges("observed", graph), golden);
      assertThat(result.saturated()).isEqualTo(golden.run().get("saturated").asLong());
    }
    if (golden.settings().normalization() == Normalization.BATCH) {
      statistics(graph, result, golden);
    }
  }

  private static void observed(Ranges actual, Ranges expected, GoldenCase golden) {
    for (int slot = 0; slot < actual.slots(); slot++) {
      double[] ends = {expected.min()[slot], expected.max()[slot]};
      near("range " + slot, new float[] {actual.min()[slot], actual.max()[slot]}, ends, golden);
    }
  }

  private static void statistics(QuantizedGraph graph, MicroBatchResult result, GoldenCase golden) {
    List<Parameter> layout = graph.graph().network().statistics().parameters();
    for (int i = 0; i < layout.size(); i += 2) {
      Parameter mean = layout.get(i);
      Parameter variance = layout.get(i + 1);
      float[] means = new float[mean.size()];
      float[] variances = new float[mean.size()];
      for (int c = 0; c < means.length; c++) {
        long count = result.statisticCounts()[i / 2];
        double center = result.statisticSums()[mean.offset() + c] / count;
        means[c] = (float) center;
        variances[c] =
            (float) (result.statisticSums()[variance.offset() + c] / count - center * center);
      }
      near(mean.name(), means, golden.expected("batchStatistics", mean.name()), golden);
      near(variance.name(), variances, golden.expected("batchStatistics", variance.name()), golden);
    }
  }

  /** Compares up to the golden tolerance times the largest expected magnitude. */
  private static void near(String what, float[] actual, double[] expected, GoldenCase golden) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("%s[%d]: %s, expected %s", what, i, actual[i], expected[i])
          .isLessThanOrEqualTo(golden.tolerance() * largest + 1e-9);
    }
  }
}
