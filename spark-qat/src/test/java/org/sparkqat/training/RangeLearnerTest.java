package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;

/** The step of learned ranges, number by number. */
class RangeLearnerTest {

  /** Slots 0: input, 1: conv (behind a rectifier, [2, 4, 4]), 2: silu, then weights. */
  private static final Network NETWORK =
      Network.builder("two", new org.sparkqat.tensor.Shape(1, 4, 4))
          .add("conv", new Layer.Convolution(2, Window.square(3, 1, 1), 1, Bias.WITHOUT))
          .add("relu", new Layer.Relu())
          .add("silu", ActivationFunction.SILU)
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITHOUT))
          .build();

  private static final int CONV = 1;
  private static final int SILU = 2;
  private static final RangeTraining PLAIN = new RangeTraining(1, 0, 0, 0, RangeTraining.NEVER);

  private static QuantizedGraph graph(ActivationRange range, WeightRange weights) {
    WeightQuantizer quantizer =
        new WeightQuantizer(
            CodeFormat.signed(4, Symmetry.SYMMETRIC),
            Granularity.PER_CHANNEL,
            1,
            WeightScheme.UNIFORM,
            weights);
    ActivationQuantizer activations =
        new ActivationQuantizer(
            CodeFormat.unsigned(4),
            Granularity.PER_TENSOR,
            ActivationQuantizer.DEFAULT.observer(),
            range);
    return QuantizedGraph.of(
        BlockGraph.of(NETWORK), new QuantizationScheme(quantizer, activations, 0, List.of()));
  }

  private static Ranges ranges(QuantizedGraph graph) {
    Ranges ranges = Ranges.empty(graph.slots());
    for (int slot = 0; slot < graph.slots(); slot++) {
      boolean ofWeights = slot >= graph.activationSlots();
      ranges.set(slot, ofWeights ? new Range(-0.7f, 0.7f) : new Range(0, 3));
    }
    ranges.set(SILU, new Range(-0.5f, 2.5f));
    return ranges;
  }

  private static float[] parameters() {
    float[] parameters = new float[NETWORK.parameters().size()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (i % 7 - 3) / 4f;
    }
    return parameters;
  }

  /** One step with the same three sums for each slot, at a learning rate of 0.1. */
  private static RangeLearner.Step step(
      QuantizedGraph graph, RangeTraining training, Ranges ranges, double... sums) {
    RangeLearner learner = new RangeLearner(graph, training);
    double[] all = new double[3 * graph.slots()];
    for (int i = 0; i < all.length; i++) {
      all[i] = sums[i % 3];
    }
    Ranges observed = ranges(graph);
    return learner.step(
        ranges, learner.initialMomenta(), observed, all, 0.25, parameters(), 0.1, 5);
  }

  @Test
  void theScaleOfLsqFollowsItsGradient() {
    QuantizedGraph graph = graph(ActivationRange.LSQ, WeightRange.OBSERVED);
    Ranges next = step(graph, PLAIN, ranges(graph), 8, 2, 4).ranges();
    // 0.2 a code, 32 values of an example, codes 0 ... 15 of which 0 is real 0.
    double gradient = (0 * 8 + 2 + 15 * 4) / 4.0 / Math.sqrt(32 * 15);
    double scale = 0.2 * Math.exp(-0.1 * gradient / 0.2);
    assertThat(next.range(CONV).min()).isZero();
    assertThat(next.range(CONV).max() / 15.0).isCloseTo(scale, within(1e-7));
  }

  @Test
  void theZeroPointOfLsqStays() {
    QuantizedGraph graph = graph(ActivationRange.LSQ, WeightRange.OBSERVED);
    CodeFormat format = CodeFormat.unsigned(4);
    Ranges ranges = ranges(graph);
    int zeroPoint = format.affine(ranges.range(SILU)).zeroPoint();
    for (int i = 0; i < 50; i++) {
      ranges = step(graph, PLAIN, ranges, i % 3 - 1, 0.5, i % 2).ranges();
      assertThat(format.affine(ranges.range(SILU)).zeroPoint()).isEqualTo(zeroPoint);
    }
  }

  @Test
  void scaleAndOffsetOfLsqPlusFollowTheirGradients() {
    QuantizedGraph graph = graph(ActivationRange.LSQ_PLUS, WeightRange.OBSERVED);
    Ranges next = step(graph, PLAIN, ranges(graph), 0.4, 0.1, 0.2).ranges();
    double share = 1 / 4.0 / Math.sqrt(32 * 15);
    double scale = 0.2 * Math.exp(-0.1 * share * (0.1 + 15 * 0.2) / 0.2);
    double offset = -0.5 - 0.1 * share * (0.4 + 0.2);
    assertThat((double) next.range(SILU).min()).isCloseTo(offset, within(1e-6));
    assertThat((double) next.range(SILU).max()).isCloseTo(offset + 15 * scale, within(1e-6));
    assertThat(next.range(CONV).min()).as("behind a rectifier").isZero();
  }

  @Test
  void theRangeOfLsqPlusKeepsZero() {
    QuantizedGraph graph = graph(ActivationRange.LSQ_PLUS, WeightRange.OBSERVED);
    Range low = step(graph, PLAIN, ranges(graph), 1e6, 0, -1e6).ranges().range(SILU);
    Range high = step(graph, PLAIN, ranges(graph), -1e6, 0, 0).ranges().range(SILU);
    assertThat(low.max()).isGreaterThanOrEqualTo(0);
    assertThat(high.min()).isZero();
    Range far = step(graph, PLAIN, ranges(graph), 1e6, 0, 0).ranges().range(SILU);
    assertThat(far.max()).isZero();
    assertThat(far.min()).isNegative();
  }

  @Test
  void theEndOfPactFollowsWhatLiesAboveItAndItsPenalty() {
    QuantizedGraph graph = graph(ActivationRange.PACT, WeightRange.OBSERVED);
    RangeTraining training = new RangeTraining(2, 0, 0.5, 0, RangeTraining.NEVER);
    Ranges next = step(graph, training, ranges(graph), 7, 9, 4).ranges();
    double end = 3 * Math.exp(-0.1 * 2 * (4 / 4.0 + 0.5 * 3) / 3);
    assertThat((double) next.range(CONV).max()).isCloseTo(end, within(1e-6));
    assertThat(next.range(SILU)).as("no rectifier").isEqualTo(ranges(graph).range(SILU));
  }

  @Test
  void weightsStartFromTheSmallerOfTwoScales() {
    QuantizedGraph graph = graph(ActivationRange.OBSERVED, WeightRange.LSQ);
    float[] parameters = parameters();
    java.util.Arrays.fill(parameters, 0, 9, 0.01f);
    parameters[4] = 0.8f;
    Ranges started =
        new RangeLearner(graph, PLAIN).started(Ranges.empty(graph.slots()), parameters);
    int slot = graph.weightPoints().get(0).firstSlot();
    double usual = 2 * (0.8 + 8 * 0.01) / 9 / Math.sqrt(7);
    assertThat(started.range(slot).max() / 7.0).isCloseTo(usual, within(1e-6)).isLessThan(0.8 / 7);
    assertThat(started.range(slot).min()).isEqualTo(-started.range(slot).max());
    // Of the second channel, 9 weights -0.25 ... 0.75, the largest lies within the codes.
    assertThat((double) started.range(slot + 1).max()).isCloseTo(0.75, within(1e-6));
    assertThat(graph.slots()).isEqualTo(3 + 2 + 3);
  }

  @Test
  void theGradientScaleOfWeightsCountsThoseThatShareTheScale() {
    QuantizedGraph graph = graph(ActivationRange.OBSERVED, WeightRange.LSQ);
    Ranges next = step(graph, PLAIN, ranges(graph), 1, 2, 3).ranges();
    int slot = graph.weightPoints().get(0).firstSlot();
    double gradient = (-7 * 1 + 2 + 7 * 3) / 4.0 / Math.sqrt(9 * 7);
    assertThat(next.range(slot).max() / 7.0)
        .isCloseTo(0.1 * Math.exp(-0.1 * gradient / 0.1), within(1e-7));
  }

  @Test
  void momentumAddsUp() {
    QuantizedGraph graph = graph(ActivationRange.PACT, WeightRange.OBSERVED);
    RangeTraining training = new RangeTraining(1, 0.5, 0, 0, RangeTraining.NEVER);
    RangeLearner learner = new RangeLearner(graph, training);
    double[] sums = new double[3 * graph.slots()];
    sums[3 * CONV + 2] = 1;
    Ranges ranges = ranges(graph);
    float[] momenta = learner.initialMomenta();
    double[] expected = {1, 1.5, 1.75};
    for (double each : expected) {
      RangeLearner.Step step =
          learner.step(ranges, momenta, ranges(graph), sums, 1, parameters(), 0.1, 0);
      assertThat((double) step.momenta()[CONV]).isEqualTo(each);
      double end = ranges.range(CONV).max();
      assertThat((double) step.ranges().range(CONV).max())
          .isCloseTo(end * Math.exp(-0.1 * each / end), within(1e-6));
      ranges = step.ranges();
      momenta = step.momenta();
    }
  }

  @Test
  void theirNormIsClippedByABudgetOfTheirOwn() {
    QuantizedGraph graph = graph(ActivationRange.PACT, WeightRange.OBSERVED);
    RangeTraining clipped = new RangeTraining(1, 0, 0, 0.5, RangeTraining.NEVER);
    RangeLearner.Step step = step(graph, clipped, ranges(graph), 0, 0, 8);
    assertThat(step.report().norm()).isEqualTo(2);
    assertThat(step.report().factor()).isEqualTo(0.25);
    assertThat((double) step.ranges().range(CONV).max())
        .isCloseTo(3 * Math.exp(-0.1 * 0.5 / 3), within(1e-6));
  }

  @Test
  void aRangeStaysPositiveAndIsHeldWhereItCollapsesOrExplodes() {
    for (ActivationRange range :
        new ActivationRange[] {ActivationRange.LSQ, ActivationRange.PACT}) {
      QuantizedGraph graph = graph(range, WeightRange.LSQ);
      for (double push : new double[] {1e9, -1e9}) {
        Ranges ranges = ranges(graph);
        RangeReport report = RangeReport.NONE;
        for (int i = 0; i < 60; i++) {
          RangeLearner.Step step = step(graph, PLAIN, ranges, -push, push, push);
          float before = ranges.range(CONV).max();
          assertThat(step.ranges().range(CONV).max()).isBetween(before / 2.001f, before * 2.001f);
          ranges = step.ranges();
          report = step.report();
        }
        double limit = push > 0 ? 3 / 1024.0 : 3 * 1024;
        assertThat((double) ranges.range(CONV).max()).isCloseTo(limit, within(1e-3 * limit));
        RangeReport.Held held = report.held().get(0);
        assertThat(held.layer()).isEqualTo("conv");
        assertThat(held.of()).isEqualTo("activations");
        assertThat(held.collapsed()).isEqualTo(push > 0);
        assertThat(report.held()).extracting(RangeReport.Held::of).contains("weights");
      }
    }
  }

  @Test
  void aRangeThatHasCollapsedStartsAnewFromItsValues() {
    QuantizedGraph graph = graph(ActivationRange.LSQ, WeightRange.LSQ);
    Ranges ranges = ranges(graph);
    int slot = graph.weightPoints().get(0).firstSlot();
    ranges.set(CONV, new Range(0, 0));
    ranges.set(slot, new Range(0, 0));
    Ranges next = step(graph, PLAIN, ranges, 1, 1, 1).ranges();
    assertThat(next.range(CONV)).isEqualTo(new Range(0, 3));
    assertThat(next.range(slot).max()).isPositive();
  }

  @Test
  void aGradientThatIsNotFiniteNamesTheLayerAndTheStep() {
    QuantizedGraph graph = graph(ActivationRange.LSQ, WeightRange.OBSERVED);
    assertThatThrownBy(() -> step(graph, PLAIN, ranges(graph), 0, Double.NaN, 0))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("learned range of layer 'conv'")
        .hasMessageContaining("step 5");
  }

  @Test
  void settingsOutsideTheirBoundsAreRefused() {
    assertThatThrownBy(() -> new RangeTraining(0, 0, 0, 0, 0))
        .hasMessage("Invalid learning rate of ranges: 0.0 (must be above 0 and finite)");
    assertThatThrownBy(() -> new RangeTraining(1, 1, 0, 0, 0))
        .hasMessage("Invalid momentum of ranges: 1.0 (allowed: 0 up to below 1)");
    assertThatThrownBy(() -> new RangeTraining(1, 0, 0, 0, -1))
        .hasMessage("Invalid range-freeze-epoch: -1 (must be at least 0)");
  }
}
