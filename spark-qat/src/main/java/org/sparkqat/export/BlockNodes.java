package org.sparkqat.export;

import java.util.ArrayList;
import java.util.List;
import org.sparkqat.engine.Folding;
import org.sparkqat.export.onnx.Onnx.AttributeProto;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Block;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.LayerVisitor;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Node;
import org.sparkqat.network.Requantize;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.TrainedModel;

/** Writes the operator of one block; the answer is the name of its output before the activation. */
final class BlockNodes implements LayerVisitor<String> {

  private final OnnxGraph graph;
  private final TrainedModel model;
  private final BlockWeights weights;
  private final Block block;
  private final List<String> sources;

  /** Weights and bias of a block, as names of values. */
  interface BlockWeights {
    List<String> of(Block block);
  }

  BlockNodes(
      OnnxGraph graph,
      TrainedModel model,
      BlockWeights weights,
      Block block,
      List<String> sources) {
    this.graph = graph;
    this.model = model;
    this.weights = weights;
    this.block = block;
    this.sources = sources;
  }

  @Override
  public String convolution(Layer.Convolution layer) {
    List<AttributeProto> attributes = new ArrayList<>(window(layer.window()));
    attributes.add(OnnxGraph.attribute("group", layer.groups()));
    return weighted("Conv", attributes);
  }

  @Override
  public String fullyConnected(Layer.FullyConnected layer) {
    return weighted("Gemm", List.of(OnnxGraph.attribute("transB", 1L)));
  }

  private String weighted(String operator, List<AttributeProto> attributes) {
    List<String> inputs = new ArrayList<>(sources);
    inputs.addAll(weights.of(block));
    return graph.node(block.name(), operator, inputs, attributes);
  }

  @Override
  public String batchNormalization(Layer.BatchNormalization layer) {
    Node node = block.anchor();
    float[] gamma = trained(node.name() + ".gamma");
    for (int c = 0; c < gamma.length; c++) {
      gamma[c] = Folding.gamma(gamma[c]);
    }
    ParameterLayout statistics = model.network().statistics();
    List<String> inputs = new ArrayList<>(sources);
    inputs.add(channels(node.name() + ".gamma", gamma));
    inputs.add(channels(node.name() + ".beta", trained(node.name() + ".beta")));
    for (String name : List.of(node.name() + ".mean", node.name() + ".variance")) {
      inputs.add(channels(name, slice(model.statistics(), statistics.parameter(name))));
    }
    List<AttributeProto> epsilon = List.of(OnnxGraph.attribute("epsilon", layer.epsilon()));
    return graph.node(node.name(), "BatchNormalization", inputs, epsilon);
  }

  private String channels(String name, float[] values) {
    return graph.constant(name, OnnxTensors.floats(values, values.length));
  }

  private float[] trained(String name) {
    return slice(model.parameters(), model.network().parameters().parameter(name));
  }

  private static float[] slice(float[] from, Parameter at) {
    float[] slice = new float[at.size()];
    System.arraycopy(from, at.offset(), slice, 0, slice.length);
    return slice;
  }

  @Override
  public String relu(Layer.Relu layer) {
    return sources.get(0);
  }

  @Override
  public String relu6(Layer.Relu6 layer) {
    return sources.get(0);
  }

  @Override
  public String maxPool(Layer.MaxPool layer) {
    return graph.node(block.name(), "MaxPool", sources, window(layer.window()));
  }

  @Override
  public String averagePool(Layer.AveragePool layer) {
    List<AttributeProto> attributes = new ArrayList<>(window(layer.window()));
    attributes.add(OnnxGraph.attribute("count_include_pad", 0L));
    return graph.node(block.name(), "AveragePool", sources, attributes);
  }

  @Override
  public String globalAveragePool(Layer.GlobalAveragePool layer) {
    return graph.node(block.name(), "GlobalAveragePool", sources, List.of());
  }

  @Override
  public String add(Layer.Add layer) {
    return graph.node(block.name(), "Add", sources, List.of());
  }

  @Override
  public String flatten(Layer.Flatten layer) {
    return graph.node(block.name(), "Flatten", sources, List.of(OnnxGraph.attribute("axis", 1L)));
  }

  @Override
  public String dropout(Layer.Dropout layer) {
    return sources.get(0);
  }

  /** Opset 13 has no HardSwish; a product with HardSigmoid is the same. */
  @Override
  public String activationFunction(ActivationFunction function) {
    return switch (function) {
      case SIGMOID -> graph.node(block.name(), "Sigmoid", sources, List.of());
      case TANH -> graph.node(block.name(), "Tanh", sources, List.of());
      case HARD_SIGMOID -> hardSigmoid(block.name());
      case HARD_SWISH -> timesSource(hardSigmoid(block.name() + ".gate"));
      case SILU -> timesSource(graph.node(block.name() + ".gate", "Sigmoid", sources, List.of()));
    };
  }

  private String hardSigmoid(String name) {
    List<AttributeProto> attributes =
        List.of(OnnxGraph.attribute("alpha", 1 / 6f), OnnxGraph.attribute("beta", 0.5f));
    return graph.node(name, "HardSigmoid", sources, attributes);
  }

  private String timesSource(String factor) {
    return graph.node(block.name(), "Mul", List.of(sources.get(0), factor), List.of());
  }

  @Override
  public String concatenate(Concatenate layer) {
    return graph.node(block.name(), "Concat", sources, List.of(OnnxGraph.attribute("axis", 1L)));
  }

  @Override
  public String multiply(Multiply layer) {
    return graph.node(block.name(), "Mul", sources, List.of());
  }

  @Override
  public String requantize(Requantize layer) {
    return sources.get(0);
  }

  private static List<AttributeProto> window(Window window) {
    long top = window.paddingHeight();
    long left = window.paddingWidth();
    return List.of(
        OnnxGraph.attribute(
            "kernel_shape", List.of((long) window.kernelHeight(), (long) window.kernelWidth())),
        OnnxGraph.attribute(
            "strides", List.of((long) window.strideHeight(), (long) window.strideWidth())),
        OnnxGraph.attribute("pads", List.of(top, left, top, left)));
  }
}
