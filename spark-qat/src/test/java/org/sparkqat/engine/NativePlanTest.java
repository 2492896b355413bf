package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

/** The plan in native memory against the plan in Java, block by block. */
class NativePlanTest {

  private static final int NETWORKS = 600;

  @ParameterizedTest
  @EnumSource(Normalization.class)
  void everyBlockOfRandomRealNetworksAgreesWithThePlanInJava(Normalization normalization) {
    Random seeds = Seeds.random();
    for (int i = 0; i < NETWORKS; i++) {
      long seed = seeds.nextLong();
      Random random = new Random(seed);
      Network network = RandomNetworks.next(random);
      try {
        compare(GradientCase.of(network, 2 + random.nextInt(3), normalization, random));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "Network %d, seed %d: %s%n%s"
                .formatted(i, seed, e.getMessage(), BlockGraph.of(network).blocks()),
            e);
      }
    }
  }

  /** Products of codes and sums of them are exact, and what follows has the same roundings. */
  @Test
  void theCodesOfRandomNetworksAreThoseOfThePlanInJava() {
    Random seeds = Seeds.random();
    int networks = 200;
    int inNativeMemory = 0;
    int same = 0;
    try (Kernels java = new ReferenceKernels();
        Kernels library = Engines.open(EngineChoice.ONEDNN)) {
      for (int i = 0; i < networks; i++) {
        long seed = seeds.nextLong();
        Random random = new Random(seed);
        Network network = RandomNetworks.next(random);
        QuantizedCase drawn = QuantizedCase.ofSingleRanges(network, java, random);
        float[] outputs = new float[drawn.numbers.batch * network.output().shape().size()];
        try (Plan host = drawn.infer(java, outputs);
            Plan plan = drawn.infer(library, outputs)) {
          inNativeMemory += plan instanceof HostPlan ? 0 : 1;
          same += hasSameCodes(drawn, host, plan) ? 1 : 0;
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("Network %d, seed %d: %s".formatted(i, seed, e.getMessage()), e);
        }
      }
    }
    System.out.printf(
        "of %d networks %d are in native memory, %d have the same codes%n",
        networks, inNativeMemory, same);
    assertThat(same).isEqualTo(networks);
    // The others pad an image by more than its size.
    assertThat(inNativeMemory).isGreaterThan(networks * 2 / 3);
  }

  /** Which quantizers a network gets. */
  private enum Draw {
    ISLANDS,
    MANY_BITS,
    DYNAMIC,
    DYNAMIC_PER_ROW;

    QuantizedCase of(GradientCase numbers, Kernels kernels, Random random) {
      return switch (this) {
        case ISLANDS -> QuantizedCase.ofIslands(numbers, kernels, random);
        case MANY_BITS -> QuantizedCase.ofManyBits(numbers, 16, kernels, random);
        case DYNAMIC, DYNAMIC_PER_ROW ->
            QuantizedCase.ofDynamicRanges(
                numbers, ActivationRange.valueOf(name()), kernels, random);
      };
    }

    /**
     * Share of the networks that may have a code that is its neighbour. Float sums in another order
     * differ by some 2^-22 of their size: that moves a code of 8 bits for some 2^-14 of the values,
     * and one of 16 bits for some 2^-6. Where the range is that of the values, ties are common:
     * with few codes many values are in a simple ratio to it.
     */
    double others() {
      return switch (this) {
        case ISLANDS -> 0.05;
        case MANY_BITS -> 0.35;
        case DYNAMIC, DYNAMIC_PER_ROW -> 0.1;
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void soAreThoseWhoseSumsAreFloatsButForRoundingsWhereverAnExampleStands(Draw draw) {
    Random seeds = Seeds.random();
    int networks = 200;
    int inNativeMemory = 0;
    int same = 0;
    try (Kernels java = new ReferenceKernels();
        Kernels library = Engines.open(EngineChoice.ONEDNN)) {
      for (int i = 0; i < networks; i++) {
        long seed = seeds.nextLong();
        Random random = new Random(seed);
        Network network = RandomNetworks.next(random);
        GradientCase numbers =
            GradientCase.of(network, 1 + random.nextInt(3), Normalization.RUNNING, random);
        QuantizedCase drawn = draw.of(numbers, java, random);
        float[] outputs = new float[numbers.batch * network.output().shape().size()];
        try (Plan host = drawn.infer(java, new float[outputs.length]);
            Plan plan = drawn.infer(library, outputs)) {
          inNativeMemory += plan instanceof HostPlan ? 0 : 1;
          same += hasSameCodes(drawn, host, plan) ? 1 : 0;
          assertThat(ofTurned(plan, numbers)).isEqualTo(turned(outputs, numbers.batch));
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("Network %d, seed %d: %s".formatted(i, seed, e.getMessage()), e);
        }
      }
    }
    System.out.printf(
        "%s: of %d networks %d are in native memory, %d have the same codes%n",
        draw, networks, inNativeMemory, same);
    assertThat(same).isGreaterThanOrEqualTo((int) (networks * (1 - draw.others())));
    // The others pad an image by more than its size.
    assertThat(inNativeMemory).isGreaterThan(networks * 2 / 3);
  }

  private static float[] ofTurned(Plan plan, GradientCase numbers) {
    float[] outputs = new float[numbers.batch * numbers.network.output().shape().size()];
    plan.infer(turned(numbers.raw, numbers.batch), outputs);
    return outputs;
  }

  /** The first example last. */
  private static float[] turned(float[] values, int examples) {
    int size = values.length / examples;
    float[] turned = new float[values.length];
    System.arraycopy(values, size, turned, 0, values.length - size);
    System.arraycopy(values, 0, turned, values.length - size, size);
    return turned;
  }

  /** False when a code is its neighbour; after that there is nothing to compare. */
  private static boolean hasSameCodes(QuantizedCase drawn, Plan host, Plan plan) {
    for (Block block : drawn.graph.graph().blocks()) {
      BlockOutput expected = host.output(block.index());
      BlockOutput actual = plan.output(block.index());
      assertThat(actual.isCodes()).isEqualTo(expected.isCodes());
      assertThat(actual.scale()).isEqualTo(expected.scale());
      Optional<ActivationQuantizer> dynamic = dynamic(drawn, block);
      if (dynamic.isPresent()) {
        if (!hasSameSteps(dynamic.get(), actual.data(), expected.data())) {
          return false;
        }
      } else if (!expected.isCodes()) {
        assertClose(block.name(), actual.data(), expected.data());
      } else if (!Arrays.equals(actual.data(), expected.data())) {
        assertThat(actual.data())
            .as(block.name())
            .usingComparatorWithPrecision(1f)
            .containsExactly(expected.data());
        return false;
      }
    }
    return true;
  }

  private static Optional<ActivationQuantizer> dynamic(QuantizedCase drawn, Block block) {
    return drawn
        .graph
        .outputs()
        .get(block.index())
        .map(QuantizationPoint::quantizer)
        .filter(by -> by.range().isDynamic());
  }

  /** False when a value has the neighbour of its code. */
  private static boolean hasSameSteps(ActivationQuantizer by, float[] actual, float[] expected) {
    Range range = Range.of(expected, 0, expected.length);
    int steps = by.codes().quantMax() - by.codes().quantMin();
    // The range at hand is wider than that of its codes by one step at most.
    float step = 2 * Math.max(-range.min(), range.max()) / Math.max(1, steps - 1);
    boolean same = true;
    for (int i = 0; i < expected.length; i++) {
      double rounding = 2e-4 * Math.max(1, Math.abs(expected[i]));
      double difference = Math.abs(actual[i] - expected[i]);
      same &= difference <= rounding;
      assertThat(difference).isLessThanOrEqualTo(step + rounding);
    }
    return same;
  }

  @ParameterizedTest
  @ValueSource(strings = {"relu", "relu6", "pooled"})
  void aNetworkThatEndsInAnActivationIsServedWithIt(String end) {
    Network.Builder net =
        Network.builder("end", new Shape(2, 6, 6))
            .add("conv", new Layer.Convolution(5, Window.square(3, 1, 1), 1, Bias.WITH))
            .add("last", end.equals("relu") ? new Layer.Relu() : new Layer.Relu6());
    if (end.equals("pooled")) {
      net.add("pool", new Layer.MaxPool(Window.square(2, 2, 0)));
    }
    Network network = net.add("flatten", new Layer.Flatten()).build();
    Random random = Seeds.random();
    QuantizedCase drawn;
    try (Kernels java = new ReferenceKernels();
        Kernels library = Engines.open(EngineChoice.ONEDNN)) {
      drawn = QuantizedCase.ofSingleRanges(network, java, random);
      int size = drawn.numbers.batch * network.output().shape().size();
      float[] expected = new float[size];
      float[] actual = new float[size];
      drawn.infer(java, expected).close();
      drawn.infer(library, actual).close();
      assertThat(actual).isEqualTo(expected);
    }
  }

  private static void compare(GradientCase numbers) {
    PlanSettings settings =
        new PlanSettings(numbers.batch, Arithmetic.CALIBRATION, numbers.normalization);
    MicroBatchResult expected = new MicroBatchResult(numbers.graph);
    MicroBatchResult actual = new MicroBatchResult(numbers.graph);
    try (Kernels java = new ReferenceKernels();
        Kernels library = Engines.open(EngineChoice.ONEDNN);
        Plan host = Plan.compile(java, numbers.graph, numbers.inputNormalization, settings);
        Plan plan = Plan.compile(library, numbers.graph, numbers.inputNormalization, settings)) {
      for (Plan each : new Plan[] {host, plan}) {
        each.load(numbers.parameters, numbers.statistics, Ranges.empty(numbers.graph.slots()));
        each.calibrate(numbers.raw, each == host ? expected : actual);
      }
      compare(BlockGraph.INPUT, "input", host, plan);
      for (Block block : numbers.graph.graph().blocks()) {
        compare(block.index(), block.name(), host, plan);
      }
      assertClose("observed", actual.observed().flat(), expected.observed().flat());
    }
  }

  private static void compare(int block, String name, Plan host, Plan plan) {
    assertClose(name, plan.output(block).data(), host.output(block).data());
  }

  /** Sums of some hundred products in another order. */
  private static void assertClose(String name, float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i])
          .as("%s at %d", name, i)
          .isCloseTo(expected[i], within(2e-4 * Math.max(1, Math.abs(expected[i]))));
    }
  }
}
