package org.sparkqat.export;

import java.util.List;
import org.sparkqat.export.onnx.Onnx.AttributeProto;
import org.sparkqat.export.onnx.Onnx.GraphProto;
import org.sparkqat.export.onnx.Onnx.NodeProto;
import org.sparkqat.export.onnx.Onnx.TensorProto;
import org.sparkqat.export.onnx.Onnx.TensorShapeProto;
import org.sparkqat.export.onnx.Onnx.TypeProto;
import org.sparkqat.export.onnx.Onnx.ValueInfoProto;
import org.sparkqat.tensor.Shape;

/** A graph that grows node by node; values are known by their names. */
final class OnnxGraph {

  /** Name of the graph's input. */
  static final String INPUT = "input";

  /** Name of the graph's output. */
  static final String OUTPUT = "logits";

  private static final String BATCH = "N";

  private final GraphProto.Builder graph;
  private final OnnxNames values = new OnnxNames(INPUT, OUTPUT);
  private final OnnxNames nodes = new OnnxNames();

  OnnxGraph(String name, Shape input, Shape output) {
    this.graph = GraphProto.newBuilder().setName(name);
    graph.addInput(batchOf(INPUT, input));
    graph.addOutput(batchOf(OUTPUT, output));
  }

  /** Adds a constant and gives its name. */
  String constant(String wish, TensorProto tensor) {
    String name = values.unique(wish);
    graph.addInitializer(tensor.toBuilder().setName(name));
    return name;
  }

  /** Adds a node with one output of the same name and gives the name of the output. */
  String node(String name, String operator, List<String> inputs, List<AttributeProto> attributes) {
    String output = values.unique(name);
    graph.addNode(
        NodeProto.newBuilder()
            .setName(nodes.unique(name))
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(attributes));
    return output;
  }

  /** Adds a node with several outputs and gives their names. */
  List<String> nodes(String name, String operator, List<String> inputs, List<String> wishes) {
    List<String> outputs = wishes.stream().map(values::unique).toList();
    graph.addNode(
        NodeProto.newBuilder()
            .setName(nodes.unique(name))
            .setOpType(operator)
            .addAllInput(inputs)
            .addAllOutput(outputs));
    return outputs;
  }

  /** Makes a value the graph's output. */
  void output(String value) {
    int last = graph.getNodeCount() - 1;
    if (graph.getNode(last).getOutput(0).equals(value)) {
      graph.getNodeBuilder(last).setOutput(0, OUTPUT);
    } else {
      graph.addNode(
          NodeProto.newBuilder()
              .setName(nodes.unique(OUTPUT))
              .setOpType("Identity")
              .addInput(value)
              .addOutput(OUTPUT));
    }
  }

  GraphProto build() {
    return graph.build();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto attribute(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  private static ValueInfoProto batchOf(String name, Shape shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
    for (int dim : shape.dims()) {
      dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
    }
    TypeProto.Tensor type =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT_VALUE)
            .setShape(dims)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }
}
