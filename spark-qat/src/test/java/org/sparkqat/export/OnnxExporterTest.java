package org.sparkqat.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.export.onnx.Onnx.GraphProto;
import org.sparkqat.export.onnx.Onnx.ModelProto;
import org.sparkqat.export.onnx.Onnx.NodeProto;
import org.sparkqat.export.onnx.Onnx.StringStringEntryProto;
import org.sparkqat.export.onnx.Onnx.TensorProto;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.TrainedModel;

class OnnxExporterTest {

  private static final OnnxOptions QUANTIZED = new OnnxOptions(OnnxForm.QUANTIZED, "1.2.3");
  private static final OnnxOptions FLOAT = new OnnxOptions(OnnxForm.FLOAT, "1.2.3");

  @Test
  void aFileStatesItsVersionsAndItsOrigin() {
    TrainedModel model = model(Schemes.W8A8);
    ModelProto proto = OnnxExporter.model(model, QUANTIZED);
    assertThat(proto.getIrVersion()).isEqualTo(8);
    assertThat(proto.getOpsetImportList()).hasSize(1);
    assertThat(proto.getOpsetImport(0).getVersion()).isEqualTo(13);
    assertThat(proto.getProducerName()).isEqualTo("spark-qat");
    assertThat(proto.getProducerVersion()).isEqualTo("1.2.3");
    Map<String, String> properties =
        proto.getMetadataPropsList().stream()
            .collect(
                Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
    assertThat(properties)
        .containsEntry("form", "quantized")
        .containsEntry("network", "little")
        .containsEntry("classes", "3")
        .containsEntry("sparkQatVersion", "1.2.3")
        .containsEntry("parametersSha256", ParameterLayout.sha256(model.parameters()))
        .containsEntry("rangesSha256", ParameterLayout.sha256(model.ranges().flat()));
    assertThat(properties.get("input")).startsWith("float32 [N, 2, 8, 8], raw values");
  }

  @Test
  void inputAndOutputAreNamedAndTheBatchIsFree() {
    GraphProto graph = OnnxExporter.model(model(Schemes.W8A8), QUANTIZED).getGraph();
    assertThat(graph.getInputList()).hasSize(1);
    assertThat(graph.getInput(0).getName()).isEqualTo("input");
    var dims = graph.getInput(0).getType().getTensorType().getShape();
    assertThat(dims.getDim(0).getDimParam()).isEqualTo("N");
    assertThat(dims.getDim(1).getDimValue()).isEqualTo(2);
    assertThat(graph.getOutput(0).getName()).isEqualTo("logits");
  }

  @Test
  void aSqueezeExciteBlockIsWrittenWithOperatorsOfTheOpset() {
    Network.Builder network =
        Network.builder("gated", new Shape(2, 4, 4))
            .add("conv", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITH))
            .add("swish", ActivationFunction.HARD_SWISH)
            .add("silu", ActivationFunction.SILU)
            .add("joined", new Concatenate(), "swish", "silu");
    new SqueezeExcite(4, ActivationFunction.SIGMOID).addTo(network, "se", "joined");
    network.add("tanh", ActivationFunction.TANH).add("flatten", new Layer.Flatten());
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      TrainedModel gated = RandomModel.of(kernels, network.build(), Schemes.W8A8.get(), 1);
      assertThat(computing(OnnxExporter.model(gated, FLOAT))).containsExactlyElementsOf(OPERATORS);
      assertThat(computing(OnnxExporter.model(gated, QUANTIZED)))
          .containsExactlyElementsOf(OPERATORS);
    }
  }

  private static final List<String> OPERATORS =
      List.of(
          "input.centered Sub",
          "input.normalized Mul",
          "conv Conv",
          "swish.gate HardSigmoid",
          "swish Mul",
          "silu.gate Sigmoid",
          "silu Mul",
          "joined Concat",
          "se.pool GlobalAveragePool",
          "se.flatten Flatten",
          "se.fc1 Gemm",
          "se.relu Relu",
          "se.fc2 Gemm",
          "se.gate Sigmoid",
          "se.widened Unsqueeze",
          "se Mul",
          "tanh Tanh",
          "flatten Flatten");

  private static List<String> computing(ModelProto model) {
    return model.getGraph().getNodeList().stream()
        .filter(node -> !node.getOpType().matches("(Q|Deq)uantizeLinear"))
        .filter(node -> !node.getName().endsWith(".limited"))
        .map(node -> node.getName() + " " + node.getOpType())
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Schemes.class)
  void everyNodeAndValueHasANameOfItsOwn(Schemes scheme) {
    for (OnnxOptions options : List.of(QUANTIZED, FLOAT)) {
      GraphProto graph = OnnxExporter.model(model(scheme), options).getGraph();
      List<String> nodes = graph.getNodeList().stream().map(NodeProto::getName).toList();
      assertThat(nodes).doesNotHaveDuplicates().contains("conv", "fc", "pool");
      HashSet<String> values = new HashSet<>(List.of("input"));
      for (TensorProto constant : graph.getInitializerList()) {
        assertThat(values.add(constant.getName())).as(constant.getName()).isTrue();
      }
      for (NodeProto node : graph.getNodeList()) {
        assertThat(values).containsAll(node.getInputList());
        assertThat(values.add(node.getOutput(0))).as(node.getOutput(0)).isTrue();
      }
      assertThat(values).contains("logits");
    }
  }

  @Test
  void weightsAreSignedBytesAndBiasesAre32BitIntegers() {
    GraphProto graph = OnnxExporter.model(model(Schemes.WEIGHTS_ASYMMETRIC), QUANTIZED).getGraph();
    TensorProto weights = constant(graph, "conv.weight.quantized");
    assertThat(weights.getDataType()).isEqualTo(TensorProto.DataType.INT8_VALUE);
    assertThat(weights.getDimsList()).containsExactly(4L, 2L, 3L, 3L);
    assertThat(constant(graph, "conv.weight.scale").getDimsList()).containsExactly(4L);
    assertThat(constant(graph, "conv.weight.zero_point").getDataType())
        .isEqualTo(TensorProto.DataType.INT8_VALUE);
    assertThat(constant(graph, "conv.bias.quantized").getDataType())
        .isEqualTo(TensorProto.DataType.INT32_VALUE);
    assertThat(constant(graph, "fc.weight.quantized").getDimsList()).containsExactly(3L, 64L);
    assertThat(graph.getInitializerList())
        .noneMatch(
            t ->
                t.getDataType() == TensorProto.DataType.FLOAT_VALUE
                    && t.getDimsCount() > 1
                    && t.getDims(0) > 2);
  }

  @Test
  void theFloatFormHasNoQuantizer() {
    GraphProto graph = OnnxExporter.model(model(Schemes.W8A8), FLOAT).getGraph();
    assertThat(graph.getNodeList().stream().map(NodeProto::getOpType))
        .containsExactly("Sub", "Mul", "Conv", "Clip", "MaxPool", "Flatten", "Gemm");
  }

  @Test
  void anActivationOfSymmetricCodesIsALimitOfTheCodes() {
    GraphProto graph =
        OnnxExporter.model(model(Schemes.ACTIVATIONS_SYMMETRIC), QUANTIZED).getGraph();
    assertThat(constant(graph, "relu.low").getRawData().byteAt(0)).isEqualTo((byte) 0);
    assertThat(constant(graph, "relu.high").getRawData().byteAt(0)).isEqualTo((byte) 127);
    assertThat(graph.getNodeList()).noneMatch(node -> node.getOpType().equals("Relu"));
  }

  @Test
  void theSameModelGivesTheSameBytes() throws IOException {
    assertThat(bytes(model(Schemes.W4A4))).isEqualTo(bytes(model(Schemes.W4A4)));
  }

  @Test
  void aModelWithoutRangesIsNotQuantized() {
    TrainedModel model = model(Schemes.W8A8);
    TrainedModel unobserved =
        new TrainedModel(
            model.network(),
            model.normalization(),
            model.scheme(),
            model.parameters(),
            model.statistics(),
            Ranges.empty(model.ranges().slots()));
    assertThatThrownBy(() -> OnnxExporter.model(unobserved, QUANTIZED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot export quantized model: no range was observed (calibrate it first, or export"
                + " the float form)");
    assertThat(OnnxExporter.model(unobserved, FLOAT).hasGraph()).isTrue();
  }

  @Test
  void aModelThatDivergedIsRefused() {
    TrainedModel model = model(Schemes.W8A8);
    model.parameters()[0] = Float.NaN;
    assertThatThrownBy(() -> OnnxExporter.model(model, QUANTIZED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid model: 'conv.weight' holds NaN (take a checkpoint from before training"
                + " diverged)");
  }

  private static TensorProto constant(GraphProto graph, String name) {
    return graph.getInitializerList().stream()
        .filter(tensor -> tensor.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] bytes(TrainedModel model) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    OnnxExporter.write(model, QUANTIZED, out);
    return out.toByteArray();
  }

  private static TrainedModel model(Schemes scheme) {
    Network network =
        Network.builder("little", new Shape(2, 8, 8))
            .add("conv", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
            .add("conv.bn", Layer.BatchNormalization.DEFAULT)
            .add("relu", new Layer.Relu6())
            .add("pool", new Layer.MaxPool(Window.square(2, 2, 0)))
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(3, Bias.WITH))
            .add("dropout", new Layer.Dropout(0.5f))
            .build();
    try (Kernels kernels = Engines.open(EngineChoice.REFERENCE)) {
      return RandomModel.of(kernels, network, scheme.get(), 5);
    }
  }
}
