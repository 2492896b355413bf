package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Rounding;

/** Evaluation and training that round as integer-only arithmetic does. */
class IntegerTrueTest {

  private static final int NETWORKS = 40;

  /** Where a fixed-point rounding may put a value: rounding twice adds a quarter to a half. */
  private static final double FIXED_POINT = 0.75 + 1e-3;

  /** What the multipliers' last bits are, relative to the terms. */
  private static final double MULTIPLIERS = 0x1p-12;

  @ParameterizedTest
  @EnumSource(Rounding.class)
  void evaluationHasEveryCodeOfTheInterpreter(Rounding rounding) {
    eachNetwork(
        (drawn, kernels) -> {
          IntegerModel model = InterpretedCase.compile(drawn, rounding);
          float[] outputs = InterpretedCase.outputs(drawn);
          try (Plan plan = drawn.integerTrue(rounding).infer(kernels, outputs)) {
            InterpretedCase.compare(drawn, model, plan, outputs);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Rounding.class)
  void trainingWithRunningStatisticsHasEveryCodeOfTheInterpreter(Rounding rounding) {
    eachNetwork(
        (drawn, kernels) -> {
          if (drops(drawn)) {
            return;
          }
          IntegerModel model = InterpretedCase.compile(drawn, rounding);
          QuantizedCase rounded = drawn.integerTrue(rounding);
          float[] outputs = InterpretedCase.outputs(drawn);
          try (Plan plan = rounded.infer(kernels, outputs)) {
            MicroBatchResult result = new MicroBatchResult(rounded.graph);
            plan.train(
                drawn.numbers.raw,
                drawn.numbers.targets,
                drawn.numbers.loss(),
                new DropoutKey(1, 2, 3),
                result);
            InterpretedCase.compare(drawn, model, plan, outputs);
          }
        });
  }

  private static boolean drops(QuantizedCase drawn) {
    return drawn.graph.graph().blocks().stream()
        .anyMatch(block -> block.anchor().layer() instanceof Layer.Dropout);
  }

  /** Of the input codes that a block has, its output is the real value's code or its neighbour. */
  @ParameterizedTest
  @EnumSource(names = {"FIXED_POINT_DOUBLE", "FIXED_POINT_SINGLE"})
  void fixedPointCodesAreNextToTheRealValues(Rounding rounding) {
    eachNetwork(
        (drawn, kernels) -> {
          QuantizedCase rounded = drawn.integerTrue(rounding);
          float[] outputs = InterpretedCase.outputs(drawn);
          try (Plan plan = rounded.infer(kernels, outputs)) {
            IntegerOracle oracle = new IntegerOracle(rounded, plan);
            for (Block block : rounded.graph.graph().blocks()) {
              rounded
                  .graph
                  .outputs()
                  .get(block.index())
                  .ifPresent(point -> check(rounded, block, point, oracle));
            }
          }
        });
  }

  private static void check(
      QuantizedCase drawn, Block block, QuantizationPoint point, IntegerOracle oracle) {
    IntegerOracle.Values values = oracle.values(block);
    long[] codes = oracle.coded(block.index()).codes();
    Affine affine = point.quantizer().affine(drawn.ranges.range(point.firstSlot()));
    for (int i = 0; i < codes.length; i++) {
      double exact = values.real()[i] / affine.scale();
      double clamped = Math.max(affine.lowest(), Math.min(affine.highest(), exact));
      double terms = values.error()[i] * 0x1p24 / affine.scale();
      assertThat((double) codes[i])
          .as("code of %s at %d", block, i)
          .isCloseTo(clamped, within(FIXED_POINT + MULTIPLIERS * terms));
    }
  }

  @Test
  void oneRangeForEachChannelIsRefused() {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      QuantizedCase drawn;
      do {
        drawn = QuantizedCase.of(RandomNetworks.next(random), kernels, random);
      } while (!hasChannelRanges(drawn));
      QuantizedCase refused = drawn;
      assertThatThrownBy(() -> InterpretedCase.compile(refused, Rounding.FLOAT_HALF_EVEN))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("have a scale per channel (allowed: activations per tensor");
    }
  }

  private static boolean hasChannelRanges(QuantizedCase drawn) {
    return drawn.graph.points().stream().anyMatch(point -> point.slots() > 1);
  }

  private static void eachNetwork(Check check) {
    Random seeds = Seeds.random();
    int checked = 0;
    while (checked < NETWORKS) {
      long seed = seeds.nextLong();
      Random random = new Random(seed);
      try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
        QuantizedCase drawn =
            random.nextBoolean()
                ? QuantizedCase.ofSingleRanges(RandomNetworks.next(random), kernels, random)
                : QuantizedCase.of(RandomNetworks.next(random), kernels, random);
        if (InterpretedCase.isInteger(drawn)) {
          check.of(drawn, kernels);
          checked++;
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Seed %d: %s".formatted(seed, e.getMessage()), e);
      }
    }
  }

  /** What is looked at in a network. */
  private interface Check {
    void of(QuantizedCase drawn, Kernels kernels);
  }
}
