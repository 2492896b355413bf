package org.sparkqat.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.TrainedModel;

/** Dynamic ranges in ONNX Runtime are those of the engine. */
class DynamicExportTest {

  private static final int EXAMPLES = 32;

  /** Float sums of 100 products, in shares of the largest output. */
  private static final double FLOAT_SUMS = 1e-5;

  private static TrainedModel model(Network network, CodeFormat format, ActivationRange range) {
    QuantizationScheme scheme =
        new QuantizationScheme(
            WeightQuantizer.DEFAULT,
            new ActivationQuantizer(format, Granularity.PER_TENSOR, new Observer.MinMax(), range),
            0,
            List.of());
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      return RandomModel.of(kernels, network, scheme, 1);
    }
  }

  private static Logits run(TrainedModel model, float[] images) throws OrtException {
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE);
        RuntimeModel runtime =
            RuntimeModel.optimized(
                OnnxExporter.model(model, new OnnxOptions(OnnxForm.QUANTIZED, "test")))) {
      float[] ours = Logits.of(kernels, model, OnnxForm.QUANTIZED, images);
      float[] theirs = runtime.run(images, model.network().inputShape()).get("logits");
      return new Logits(ours, theirs, model.network().output().shape().size());
    }
  }

  static Stream<Arguments> formats() {
    return Stream.of(
            CodeFormat.unsigned(8),
            CodeFormat.unsigned(3),
            CodeFormat.signed(8, Symmetry.SYMMETRIC),
            CodeFormat.signed(4, Symmetry.ASYMMETRIC),
            new CodeFormat(8, Symmetry.SYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.ANY),
            new CodeFormat(12, Symmetry.SYMMETRIC, Sign.SIGNED, Span.FULL, Steps.ANY))
        .flatMap(
            format ->
                Stream.of(ActivationRange.DYNAMIC, ActivationRange.DYNAMIC_PER_ROW)
                    .map(range -> Arguments.of(format, range)));
  }

  /** One quantizer, of the input: no code at a tie changes a later range. */
  @ParameterizedTest
  @MethodSource("formats")
  void aQuantizerHasTheSameCodes(CodeFormat format, ActivationRange range) throws OrtException {
    Network network =
        Network.builder("one", new Shape(2, 6, 5))
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(7, Bias.WITH))
            .build();
    TrainedModel model = model(network, format, range);
    float[] images = RandomModel.images(network.inputShape(), EXAMPLES, 5);
    assertThat(run(model, images).difference()).isLessThan(FLOAT_SUMS);
    // After the normalization all values of the first image are 0: its range has no width.
    Arrays.fill(images, 0, 60, model.normalization().offset()[0]);
    assertThat(run(model, images).difference()).isLessThan(FLOAT_SUMS);
  }

  /** A code at a tie may change a range, and all codes behind it. */
  @ParameterizedTest
  @EnumSource(
      value = ActivationRange.class,
      names = {"DYNAMIC", "DYNAMIC_PER_ROW"})
  void aNetworkGivesTheSameAnswers(ActivationRange range) throws OrtException {
    Network network = Zoo.network("lenet5", Zoo.usualInput("lenet5"), 10);
    TrainedModel model = model(network, CodeFormat.unsigned(8), range);
    Logits logits = run(model, RandomModel.images(network.inputShape(), EXAMPLES, 5));
    assertThat(logits.agreements()).isEqualTo(EXAMPLES);
    assertThat(logits.difference()).isLessThan(0.02);
    assertThat(logits.beyond(10 * FLOAT_SUMS)).isLessThanOrEqualTo(EXAMPLES / 4);
  }

  @Test
  void theUsualCodesOfAWholeTensorUseTheOperatorForThem() {
    Network network = Zoo.network("lenet5", Zoo.usualInput("lenet5"), 10);
    assertThat(operators(network, ActivationRange.DYNAMIC)).contains("DynamicQuantizeLinear");
    assertThat(operators(network, ActivationRange.DYNAMIC_PER_ROW))
        .contains("ReduceMin", "ReduceMax")
        .doesNotContain("DynamicQuantizeLinear", "QuantizeLinear");
  }

  private static List<String> operators(Network network, ActivationRange range) {
    return OnnxExporter.model(
            model(network, CodeFormat.unsigned(8), range),
            new OnnxOptions(OnnxForm.QUANTIZED, "test"))
        .getGraph()
        .getNodeList()
        .stream()
        .map(node -> node.getOpType())
        .toList();
  }
}
