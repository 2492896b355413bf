package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.tensor.Shape;

/**
 * The gradients of a quantized training step are those of the straight-through estimator's
 * definition, by central differences in double precision.
 */
class StraightThroughTest {

  /** With more, 8 roundings of 2^-24 move a value by more of a code than the oracle's distance. */
  private static final int MOST_BITS = 10;

  @ParameterizedTest
  @EnumSource(Normalization.class)
  void gradientsOfRandomQuantizedNetworksFollowTheEstimator(Normalization normalization) {
    checkMost(25, normalization);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(Normalization.class)
  void gradientsOfAThousandRandomQuantizedNetworksDoToo(Normalization normalization) {
    checkMost(1000, normalization);
  }

  private static final Network NORMALIZED =
      Network.builder("normalized", new Shape(2, 5, 4))
          .add("conv", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
          .add("bn", Layer.BatchNormalization.DEFAULT)
          .add("relu", new Layer.Relu())
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITH))
          .build();

  @ParameterizedTest
  @EnumSource(Normalization.class)
  void aChannelThatHasVanishedLearnsByTheEstimatorToo(Normalization normalization) {
    Consumer<GradientCase> vanish = numbers -> gammas(numbers, 0x1p-24f, -0x1p-24f);
    assertThat(checked(NORMALIZED, normalization, Seeds.random(), vanish)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Normalization.class)
  void aGammaOfZeroLearnsAsTheSmallestGamma(Normalization normalization) {
    Random random = Seeds.random();
    GradientCase numbers = GradientCase.of(NORMALIZED, 4, normalization, random);
    QuantizedCase drawn;
    try (Kernels kernels = new ReferenceKernels()) {
      drawn = QuantizedCase.of(numbers, kernels, random);
    }
    gammas(numbers, 0x1p-24f, -0x1p-24f);
    float[] expected = gradient(numbers, drawn);
    gammas(numbers, 0f, -0f);
    assertThat(gradient(numbers, drawn)).isEqualTo(expected).doesNotContain(Float.NaN);
  }

  private static float[] gradient(GradientCase numbers, QuantizedCase drawn) {
    return numbers
        .train(EngineChoice.REFERENCE, drawn.graph, Arithmetic.QUANTIZED, drawn.ranges)
        .result()
        .gradient();
  }

  private static void gammas(GradientCase numbers, float first, float third) {
    int gamma = NORMALIZED.parameters().parameter("bn.gamma").offset();
    numbers.parameters[gamma] = first;
    numbers.parameters[gamma + 2] = third;
  }

  private static void checkMost(int networks, Normalization normalization) {
    Random seeds = Seeds.random();
    int checked = 0;
    for (int i = 0; i < networks; i++) {
      long seed = seeds.nextLong();
      try {
        Random random = new Random(seed);
        checked +=
            checked(RandomNetworks.next(random), normalization, random, numbers -> {}) ? 1 : 0;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Network %d, seed %d: %s".formatted(i, seed, e.getMessage()), e);
      }
    }
    assertThat(checked).as("networks with a point to check at").isGreaterThan(networks / 2);
  }

  /** False when none of many draws keeps a distance from ties. */
  private static boolean checked(
      Network network, Normalization normalization, Random random, Consumer<GradientCase> change) {
    for (int attempt = 0; attempt < 40; attempt++) {
      int batch = (normalization == Normalization.BATCH ? 4 : 1) + random.nextInt(3);
      GradientCase numbers = GradientCase.of(network, batch, normalization, random);
      change.accept(numbers);
      QuantizedCase drawn;
      try (Kernels kernels = new ReferenceKernels()) {
        drawn = quantized(numbers, kernels, random);
      }
      Function<EngineChoice, GradientCase.Trained> train =
          engine -> numbers.train(engine, drawn.graph, Arithmetic.QUANTIZED, drawn.ranges);
      StraightThrough quantizers = new StraightThrough(drawn);
      GradientOracle oracle = new GradientOracle(numbers, quantizers);
      if (oracle.isWellConditioned()) {
        GradientCase.Trained reference = train.apply(EngineChoice.REFERENCE);
        assertThat(reference.result().saturated()).isEqualTo(quantizers.saturated());
        GradientCase.Trained library = train.apply(EngineChoice.ONEDNN);
        oracle.check(List.of(reference, library), random);
        assertSameStatistics(library.result(), reference.result());
        return true;
      }
    }
    return false;
  }

  /** The codes being the same, what clips is; sums of some hundred products differ by roundings. */
  private static void assertSameStatistics(MicroBatchResult actual, MicroBatchResult expected) {
    assertThat(actual.saturated()).isEqualTo(expected.saturated());
    assertThat(actual.statisticCounts()).isEqualTo(expected.statisticCounts());
    assertClose(actual.observed().flat(), expected.observed().flat());
    float[] sums = new float[expected.statisticSums().length];
    float[] others = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = (float) expected.statisticSums()[i];
      others[i] = (float) actual.statisticSums()[i];
    }
    assertClose(others, sums);
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double tolerance = 1e-4 * Math.max(1, Math.abs(expected[i]));
      assertThat((double) actual[i]).isCloseTo(expected[i], within(tolerance));
    }
  }

  /** Most run in native memory, some of them with float islands or more than 8 bits. */
  private static QuantizedCase quantized(GradientCase numbers, Kernels kernels, Random random) {
    return switch (random.nextInt(14)) {
      case 0 -> QuantizedCase.ofDynamicRanges(numbers, ActivationRange.DYNAMIC, kernels, random);
      case 1 ->
          QuantizedCase.ofDynamicRanges(numbers, ActivationRange.DYNAMIC_PER_ROW, kernels, random);
      case 2, 3 -> QuantizedCase.of(numbers, kernels, random);
      case 4, 5, 6, 7 -> QuantizedCase.ofIslands(numbers, kernels, random);
      case 8, 9 -> QuantizedCase.ofManyBits(numbers, MOST_BITS, kernels, random);
      default -> QuantizedCase.ofSingleRanges(numbers, kernels, random);
    };
  }
}
