package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.quantization.Rounding;

/**
 * What quantized evaluation computes in floats, and in native memory, the interpreter computes in
 * integers: every code of every block, and every bit of the network's outputs, for every kind of
 * layer, quantizer and rounding.
 */
class InterpreterTest {

  private static final int MANY_NETWORKS = 1000;

  /** Some networks have sums that are too large for a comparison, or a plan in Java. */
  private static final int MOST_TRIES = 1000;

  private final Set<String> covered = new TreeSet<>();
  private final Set<Rounding> roundings = new TreeSet<>();

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void everyCodeOfRandomNetworksIsTheInterpreters(EngineChoice engine) {
    compare(engine, Strata.TURNS);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void everyCodeOfAThousandRandomNetworksIsTheInterpreters(EngineChoice engine) {
    compare(engine, MANY_NETWORKS);
  }

  private void compare(EngineChoice engine, int networks) {
    Random random = Seeds.random();
    Strata strata = new Strata(random);
    for (int i = 0; i < networks; i++) {
      Strata.Stratum stratum = strata.next();
      try {
        compare(engine, stratum, random);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("Network %d, %s: %s".formatted(i, stratum, e.getMessage()), e);
      }
    }
    assertThat(covered).isEqualTo(QuantizedKinds.all());
    assertThat(roundings).containsExactly(Rounding.values());
  }

  /** Networks of oneDNN that a plan in Java computes are compared, but do not count. */
  private void compare(EngineChoice engine, Strata.Stratum stratum, Random random) {
    for (int i = 0; i < MOST_TRIES; i++) {
      Strata.QuantizedNetwork next = stratum.next();
      try (Kernels kernels = Engines.open(engine)) {
        QuantizedCase drawn = QuantizedCase.of(next.network(), next.scheme(), kernels, random);
        if (!InterpretedCase.isInteger(drawn) || InterpretedCase.mayRound(drawn)) {
          continue;
        }
        boolean isNative = InterpretedCase.compare(drawn, kernels);
        InterpretedCase.compareRounded(drawn, stratum.rounding, kernels);
        if (isNative == (engine == EngineChoice.ONEDNN)) {
          covered.addAll(QuantizedKinds.of(drawn.graph));
          roundings.add(stratum.rounding);
          return;
        }
      }
    }
    throw new AssertionError(
        "None of %d networks has sums that are exact and a plan of %s"
            .formatted(MOST_TRIES, engine));
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
