package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Loss;

/** Gradients in bfloat16 against gradients in binary32. */
class NarrowGradientsTest {

  private static final int BATCH = 8;
  private static final int CLASSES = 10;

  /** Half a unit of 8 significant bits, for each of some 30 layers that a gradient passes. */
  private static final double ROUNDING = 0x1p-8;

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "lenet5", "resnet20", "vgg-small"})
  void theWholeGradientDiffersByItsRoundingOnly(String model) {
    assumeTrue(InstructionSet.hasBfloat16());
    compare(model, QuantizationScheme.W8A8);
  }

  /** Layers whose input stays real have gradients in binary32; the others read codes. */
  @ParameterizedTest
  @ValueSource(strings = {"input", "stage2.*", "stage3.block1.conv2"})
  void soItDoesWithFloatIslands(String layers) {
    assumeTrue(InstructionSet.hasBfloat16());
    QuantizationRule real = QuantizationRule.real(layers, EnumSet.allOf(Part.class));
    compare("resnet20", QuantizationScheme.W8A8.rules(List.of(real)));
  }

  private static void compare(String model, QuantizationScheme scheme) {
    MicroBatchResult wide = step(model, scheme, GradientPrecision.FLOAT32);
    MicroBatchResult narrow = step(model, scheme, GradientPrecision.BFLOAT16);

    assertThat(narrow.loss()).isEqualTo(wide.loss());
    assertThat(narrow.observed()).isEqualTo(wide.observed());
    double difference = 0;
    double size = 0;
    for (int i = 0; i < wide.gradient().length; i++) {
      double each = (double) narrow.gradient()[i] - wide.gradient()[i];
      difference += each * each;
      size += (double) wide.gradient()[i] * wide.gradient()[i];
    }
    System.out.printf("%s: relative difference %.5f%n", model, Math.sqrt(difference / size));
    assertThat(Math.sqrt(difference / size)).isBetween(1e-6, 4 * ROUNDING);
  }

  @Test
  void aProcessorWithoutThemIsNamed() {
    assumeTrue(!InstructionSet.hasBfloat16());

    assertThatThrownBy(() -> step("lenet5", QuantizationScheme.W8A8, GradientPrecision.BFLOAT16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "Invalid training.gradients: bfloat16 \\(.+ has no products of them; use float32\\)");
  }

  private static MicroBatchResult step(
      String model, QuantizationScheme scheme, GradientPrecision gradients) {
    Network network = Zoo.network(model, Zoo.usualInput(model), CLASSES);
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), scheme);
    float[] parameters = Initialization.parameters(network, 1);
    float[] statistics = Initialization.statistics(network);
    Random random = new Random(5);
    float[] raw = new float[BATCH * network.inputShape().size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (float) random.nextGaussian();
    }
    Targets targets = Targets.ofLabels(CLASSES, BATCH);
    for (int i = 0; i < BATCH; i++) {
      targets.labels()[i] = random.nextInt(CLASSES);
    }
    InputNormalization identity = InputNormalization.identity(network.inputShape().channels());
    MicroBatchResult result = new MicroBatchResult(graph);
    try (OneDnnKernels kernels = OneDnnKernels.create(1)) {
      Ranges ranges = Ranges.empty(graph.slots());
      PlanSettings observing = new PlanSettings(BATCH, Arithmetic.CALIBRATION, Normalization.BATCH);
      try (Plan plan = Plan.compile(kernels, graph, identity, observing)) {
        plan.load(parameters, statistics, ranges);
        plan.calibrate(raw, result);
        ranges = result.observed().copy();
      }
      PlanSettings training =
          new PlanSettings(BATCH, Arithmetic.QUANTIZED, Normalization.BATCH, gradients);
      try (Plan plan = Plan.compile(kernels, graph, identity, training)) {
        assertThat(plan).isInstanceOf(NativePlan.class);
        plan.load(parameters, statistics, ranges);
        plan.train(raw, targets, new Loss.SoftmaxCrossEntropy(0), new DropoutKey(1, 2, 3), result);
      }
    }
    return result;
  }
}
