package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;

/**
 * What a quantized network computes in evaluation are the integers of the integer model: every code
 * is the oracle's, except where the real value is a tie up to the rounding of binary32.
 */
class IntegerModelTest {

  /** The share of values within 5 roundings of 2^-24 of a tie, of values up to 255: 4e-5. */
  private static final double MOST_TIES_OF_SUMS = 5e-5;

  /** Ranges of blocks without weights are often in a simple ratio, so that ties are common. */
  private static final double MOST_TIES_OF_OTHERS = 2e-3;

  /**
   * Codes that were compared, and values with a code that differs at a tie: once a block, since a
   * constant channel has the same tie everywhere.
   */
  private static final class Count {
    long codes;
    long ties;
  }

  private final Count sums = new Count();
  private final Count others = new Count();
  private int inNativeMemory;

  @Test
  void everyBlockOfAThousandRandomNetworksHasTheCodesOfTheIntegerModel() {
    compare(EngineChoice.REFERENCE, 1000);
  }

  @Test
  void everyBlockOfAThousandRandomNetworksHasTheCodesOfTheIntegerModelOnOneDnn() {
    compare(EngineChoice.ONEDNN, 1000);
  }

  @Test
  void everyBlockOfRandomNetworksInNativeMemoryHasTheCodesOfTheIntegerModel() {
    Random seeds = Seeds.random();
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      for (int i = 0; i < 1500; i++) {
        long seed = seeds.nextLong();
        Random random = new Random(seed);
        Network network = RandomNetworks.next(random);
        try {
          compare(kernels, QuantizedCase.ofSingleRanges(network, kernels, random));
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("Network %d, seed %d: %s".formatted(i, seed, e.getMessage()), e);
        }
      }
    }
    report(EngineChoice.ONEDNN, "weighted", sums, MOST_TIES_OF_SUMS);
    report(EngineChoice.ONEDNN, "other", others, MOST_TIES_OF_OTHERS);
    System.out.println("networks in native memory: " + inNativeMemory);
    // The others pad an image by more than its size.
    assertThat(inNativeMemory).isGreaterThan(1000);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void everyBlockOfTenThousandRandomNetworksHasToo(EngineChoice engine) {
    compare(engine, 10_000);
  }

  private void compare(EngineChoice engine, int networks) {
    Random seeds = Seeds.random();
    for (int i = 0; i < networks; i++) {
      long seed = seeds.nextLong();
      try (Kernels kernels = Engines.open(engine)) {
        compare(kernels, new Random(seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Network %d, seed %d: %s".formatted(i, seed, e.getMessage()), e);
      }
    }
    report(engine, "weighted", sums, MOST_TIES_OF_SUMS);
    report(engine, "other", others, MOST_TIES_OF_OTHERS);
  }

  private static void report(EngineChoice engine, String blocks, Count count, double most) {
    System.out.printf(
        "%s: %d values, of %d codes of %s blocks, have a code that differs at a tie%n",
        engine, count.ties, count.codes, blocks);
    // A few networks may have many ties, so a few more are allowed.
    assertThat((double) count.ties)
        .as("ties in %s blocks", blocks)
        .isLessThan(most * count.codes + 20);
  }

  private void compare(Kernels kernels, Random random) {
    compare(kernels, QuantizedCase.of(RandomNetworks.next(random), kernels, random));
  }

  private void compare(Kernels kernels, QuantizedCase drawn) {
    BlockGraph graph = drawn.graph.graph();
    float[] outputs = new float[drawn.numbers.batch * graph.output().outputShape().size()];
    try (Plan plan = drawn.infer(kernels, outputs)) {
      inNativeMemory += plan instanceof HostPlan ? 0 : 1;
      IntegerOracle oracle = new IntegerOracle(drawn, plan);
      input(drawn, oracle);
      for (Block block : graph.blocks()) {
        if (block.passesCodes() && drawn.graph.staysReal(block.index())) {
          continue; // the network's output, passed on: there are no codes
        }
        IntegerOracle.Values values = oracle.values(block);
        drawn
            .graph
            .outputs()
            .get(block.index())
            .ifPresentOrElse(
                point -> codes(block, point, drawn, values, oracle.coded(block.index())),
                () -> reals(block, plan, oracle, values));
      }
      BlockOutput last = plan.output(graph.output().index());
      for (int i = 0; i < outputs.length; i++) {
        assertThat(outputs[i]).isEqualTo(last.scale() * last.data()[i]);
      }
    }
  }

  /** The input is quantized by one division, whose result is rounded. */
  private static void input(QuantizedCase drawn, IntegerOracle oracle) {
    IntegerOracle.Coded input = oracle.coded(BlockGraph.INPUT);
    QuantizationPoint point = drawn.graph.pointOf(BlockGraph.INPUT);
    int spatial = drawn.numbers.network.inputShape().spatial();
    int channels = drawn.numbers.network.inputShape().channels();
    for (int i = 0; i < input.codes().length; i++) {
      int c = i / spatial % channels;
      float real =
          (drawn.numbers.raw[i] - drawn.numbers.inputNormalization.offset()[c])
              * drawn.numbers.inputNormalization.factor()[c];
      Affine affine = affine(drawn, point, c);
      double code = clamp(Math.rint(real / affine.scale()), affine);
      assertThat(input.codes()[i]).as("input %d", i).isEqualTo((long) code);
    }
  }

  private static Affine affine(QuantizedCase drawn, QuantizationPoint point, int channel) {
    int slot = point.firstSlot() + channel % point.slots();
    return point.quantizer().affine(drawn.ranges.range(slot));
  }

  private static double clamp(double code, Affine affine) {
    double low = affine.codes().quantMin() - affine.zeroPoint();
    double high = affine.codes().quantMax() - affine.zeroPoint();
    return Math.max(low, Math.min(high, code));
  }

  private void codes(
      Block block,
      QuantizationPoint point,
      QuantizedCase drawn,
      IntegerOracle.Values values,
      IntegerOracle.Coded actual) {
    Count count = block.isWeighted() ? sums : others;
    Set<Double> ties = new HashSet<>();
    int spatial = block.outputShape().spatial();
    for (int i = 0; i < values.real().length; i++) {
      Affine affine = affine(drawn, point, i / spatial % block.outputShape().channels());
      double exact = values.real()[i] / affine.scale();
      double expected = clamp(Math.rint(exact), affine);
      count.codes++;
      if (actual.codes()[i] != expected) {
        ties.add(exact);
        assertThat((actual.codes()[i] + expected) / 2)
            .as("tie of '%s' at %d: %s, expected %s", block.name(), i, actual.codes()[i], expected)
            .isCloseTo(exact, within(values.error()[i] / affine.scale()));
      }
    }
    count.ties += ties.size();
  }

  /** A block that passes codes passes them as they are; the last block's values stay real. */
  private static void reals(
      Block block, Plan plan, IntegerOracle oracle, IntegerOracle.Values values) {
    float[] data = plan.output(block.index()).data();
    double[] actual = new double[data.length];
    if (block.passesCodes()) {
      Arrays.setAll(actual, oracle.coded(block.index())::real);
    } else {
      Arrays.setAll(actual, i -> data[i]);
    }
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i])
          .as("'%s' at %d", block.name(), i)
          .isCloseTo(values.real()[i], within(values.error()[i] + Float.MIN_NORMAL));
    }
  }
}
