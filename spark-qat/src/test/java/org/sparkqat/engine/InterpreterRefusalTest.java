package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * What evaluation computes and integers alone cannot is refused, and the reason names the layer.
 */
class InterpreterRefusalTest {

  private static final int NETWORKS = 20;

  private static final QuantizationScheme W8A8 = QuantizationScheme.W8A8;

  /** Why, and the scheme which has that in its first weighted layer and what that reads. */
  private enum Refusal {
    FLOAT_WEIGHTS("layer '%s' stays float (allowed: ") {
      @Override
      QuantizationScheme scheme(Block first) {
        return W8A8.rules(List.of(QuantizationRule.real(first.name(), Set.of(Part.WEIGHTS))));
      }
    },
    FLOAT_INPUT("layer 'input' stays float (allowed: ") {
      @Override
      QuantizationScheme scheme(Block first) {
        return W8A8.rules(List.of(QuantizationRule.real("input", Set.of(Part.ACTIVATIONS))));
      }
    },
    SCALE_PER_CHANNEL("the activations of 'input' have a scale per channel (allowed: ") {
      @Override
      QuantizationScheme scheme(Block first) {
        ActivationQuantizer by = W8A8.activations();
        return W8A8.quantizers(
            W8A8.weights(),
            new ActivationQuantizer(
                by.format(), Granularity.PER_CHANNEL, by.observer(), by.range()));
      }
    },
    DYNAMIC_RANGE("the activations of 'input' have a dynamic range (allowed: ") {
      @Override
      QuantizationScheme scheme(Block first) {
        return W8A8.quantizers(
            W8A8.weights(), W8A8.activations().withRange(ActivationRange.DYNAMIC));
      }
    },
    DYNAMIC_RANGE_PER_ROW("the activations of 'input' have a dynamic range (allowed: ") {
      @Override
      QuantizationScheme scheme(Block first) {
        return W8A8.quantizers(
            W8A8.weights(), W8A8.activations().withRange(ActivationRange.DYNAMIC_PER_ROW));
      }
    },
    SCALE_PER_GROUP("the weights of '%s' have a scale per group (allowed: ") {
      @Override
      QuantizationScheme scheme(Block first) {
        return W8A8.quantizers(
            new WeightQuantizer(8, Symmetry.SYMMETRIC, Granularity.PER_GROUP), W8A8.activations());
      }
    },
    /** One product of codes of 16 bits is below 2^31, two may be beyond. */
    SUMS_BEYOND_32_BITS("(allowed: 2^31 - 1; use fewer bits)") {
      @Override
      QuantizationScheme scheme(Block first) {
        return W8A8.quantizers(
            W8A8.weights().withBits(CodeFormat.MOST_BITS),
            W8A8.activations().withBits(CodeFormat.MOST_BITS));
      }

      @Override
      boolean concerns(QuantizedCase drawn) {
        return drawn.graph.graph().blocks().stream()
            .filter(Block::isWeighted)
            .anyMatch(block -> InterpretedCase.largestSum(drawn, block) > Integer.MAX_VALUE);
      }
    };

    private final String message;

    Refusal(String message) {
      this.message = message;
    }

    abstract QuantizationScheme scheme(Block first);

    /** Whether the numbers at hand have it. */
    boolean concerns(QuantizedCase drawn) {
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource(Refusal.class)
  void isRefusedWhileEvaluationTakesIt(Refusal refusal) {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      int refused = 0;
      for (int drawn = 0; refused < NETWORKS; drawn++) {
        assertThat(drawn).as("networks for %d refusals", refused).isLessThan(100 * NETWORKS);
        Network network = RandomNetworks.next(random);
        for (Block first : firstWeighted(network)) {
          QuantizedCase wrong = QuantizedCase.of(network, refusal.scheme(first), kernels, random);
          if (refusal.concerns(wrong)) {
            check(wrong, refusal.message.formatted(first.name()), kernels);
            refused++;
          }
        }
      }
    }
  }

  private static List<Block> firstWeighted(Network network) {
    return BlockGraph.of(network).blocks().stream().filter(Block::isWeighted).limit(1).toList();
  }

  private static void check(QuantizedCase wrong, String why, Kernels kernels) {
    for (Rounding rounding : Rounding.values()) {
      assertThatThrownBy(() -> InterpretedCase.compile(wrong, rounding))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(why);
    }
    float[] outputs = InterpretedCase.outputs(wrong);
    wrong.infer(kernels, outputs).close();
    for (float output : outputs) {
      assertThat(output).isFinite();
    }
  }
}
