package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.Rounding;

/**
 * What quantized evaluation computes in floats, and in native memory, the interpreter computes in
 * integers: every code of every block, and every bit of the network's outputs.
 */
class InterpreterTest {

  private static final int NETWORKS = 40;
  private static final int MANY_NETWORKS = 1000;
  private static final long EXACT_FLOATS = 1L << 24;

  private int compared;
  private int inNativeMemory;

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void everyCodeOfRandomNetworksIsTheInterpreters(EngineChoice engine) {
    compare(engine, NETWORKS);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void everyCodeOfAThousandRandomNetworksIsTheInterpreters(EngineChoice engine) {
    compare(engine, MANY_NETWORKS);
  }

  private void compare(EngineChoice engine, int networks) {
    Random seeds = Seeds.random();
    for (int drawn = 0; compared < networks; drawn++) {
      long seed = seeds.nextLong();
      Random random = new Random(seed);
      try (Kernels kernels = Engines.open(engine)) {
        Network network = RandomNetworks.next(random);
        compare(
            kernels,
            drawn % 2 == 0
                ? QuantizedCase.ofSingleRanges(network, kernels, random)
                : QuantizedCase.of(network, kernels, random));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "Network %d, seed %d: %s".formatted(drawn, seed, e.getMessage()), e);
      }
    }
    System.out.printf("%s: %d of %d in native memory%n", engine, inNativeMemory, compared);
    assertThat(inNativeMemory > networks / 3).isEqualTo(engine == EngineChoice.ONEDNN);
  }

  private void compare(Kernels kernels, QuantizedCase drawn) {
    if (!InterpretedCase.isInteger(drawn) || mayRound(drawn)) {
      return;
    }
    IntegerModel model = InterpretedCase.compile(drawn, Rounding.FLOAT_HALF_EVEN);
    float[] outputs = InterpretedCase.outputs(drawn);
    try (Plan plan = drawn.infer(kernels, outputs)) {
      inNativeMemory += plan instanceof HostPlan ? 0 : 1;
      InterpretedCase.compare(drawn, model, plan, outputs);
    }
    compared++;
  }

  /** Plans in Java add products in floats, which are exact below 2^24 only. */
  private static boolean mayRound(QuantizedCase drawn) {
    return drawn.graph.graph().blocks().stream()
        .filter(Block::isWeighted)
        .anyMatch(block -> largestSum(drawn, block) >= EXACT_FLOATS);
  }

  private static long largestSum(QuantizedCase drawn, Block block) {
    float[] codes = drawn.served(block).values();
    int perOutput = codes.length / block.outputShape().channels();
    var src = InterpretedCase.affine(drawn, block.inputs().get(0));
    long largest = 0;
    for (int row = 0; row < codes.length; row += perOutput) {
      double sum = 0;
      for (float code : Arrays.copyOfRange(codes, row, row + perOutput)) {
        sum += Math.abs(code);
      }
      largest = Math.max(largest, (long) (sum * Math.max(-src.lowest(), src.highest())));
    }
    return largest;
  }

  /** Deep networks, with sums of thousands of products. */
  @ParameterizedTest
  @ValueSource(strings = {"lenet5", "resnet20", "mobilenetv2-cifar"})
  void everyCodeOfTheZooIsTheInterpreters(String name) {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      Network network = Zoo.network(name, Zoo.usualInput(name), 10);
      compare(kernels, QuantizedCase.ofSingleRanges(network, kernels, random));
    }
    assertThat(compared).isEqualTo(1);
  }

  @Test
  void anExampleWithANanHasNanForOutputsAndNoOther() {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      QuantizedCase drawn;
      do {
        drawn = QuantizedCase.ofSingleRanges(RandomNetworks.next(random), kernels, random);
      } while (drawn.numbers.batch < 2);
      IntegerModel model = InterpretedCase.compile(drawn, Rounding.FIXED_POINT_DOUBLE);
      float[] raw = drawn.numbers.raw.clone();
      raw[0] = Float.NaN;
      float[] outputs = InterpretedCase.outputs(drawn);
      model.infer(raw, outputs);
      int width = outputs.length / drawn.numbers.batch;
      for (int i = 0; i < outputs.length; i++) {
        assertThat(Float.isNaN(outputs[i])).as("output %d", i).isEqualTo(i < width);
      }
    }
  }
}
