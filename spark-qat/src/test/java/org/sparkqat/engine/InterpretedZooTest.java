package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.network.Network;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;

/** Deep networks, with sums of thousands of products: evaluation and the interpreter agree. */
class InterpretedZooTest {

  private static final int IMAGES = 2;
  private static final int CLASSES = 10;
  private static final int FEW_BITS = 4;

  private final Random random = Seeds.random();

  static List<String> names() {
    return Zoo.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyCodeWith8Bits(String name) {
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      QuantizedCase drawn = of(name, QuantizationScheme.W8A8, kernels);
      assumeTrue(isExact(drawn, kernels), "this processor adds products in floats, which round");
      assertThat(InterpretedCase.compare(drawn, kernels)).as("in native memory").isTrue();
    }
  }

  /** Whose sums are exact in the floats of Java, too. */
  @ParameterizedTest
  @MethodSource("names")
  void everyCodeWith4BitsInJava(String name) {
    QuantizationScheme few =
        QuantizationScheme.W8A8.quantizers(
            QuantizationScheme.W8A8.weights().withBits(FEW_BITS),
            QuantizationScheme.W8A8.activations().withBits(FEW_BITS));
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      QuantizedCase drawn = of(name, few, kernels);
      assertThat(InterpretedCase.mayRound(drawn)).isFalse();
      assertThat(InterpretedCase.compare(drawn, kernels)).as("in native memory").isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyCodeWithRandomQuantizers(String name) {
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      QuantizedCase drawn;
      do {
        drawn = of(name, RandomSchemes.ofSingleRanges(network(name), random), kernels);
      } while (!isExact(drawn, kernels));
      assertThat(InterpretedCase.compare(drawn, kernels)).as("in native memory").isTrue();
    }
  }

  private static Network network(String name) {
    return Zoo.network(name, Zoo.usualInput(name), CLASSES);
  }

  private QuantizedCase of(String name, QuantizationScheme scheme, Kernels kernels) {
    return QuantizedCase.of(network(name), IMAGES, scheme, kernels, random);
  }

  /** Integers are added in 32 bits, floats are exact as long as sums are small. */
  private static boolean isExact(QuantizedCase drawn, Kernels kernels) {
    return kernels.obstacleToIntegers(drawn.graph, drawn.numbers.inputNormalization).isEmpty()
        || !InterpretedCase.mayRound(drawn);
  }
}
