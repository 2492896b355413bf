package org.sparkqat.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.export.onnx.Onnx.GraphProto;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.TrainedModel;

/**
 * Turns a trained model into a graph: input normalization, then block after block, each with its
 * activation and (in the quantized form) its quantizer.
 */
final class OnnxModelGraph {

  private final TrainedModel model;
  private final QuantizedGraph quantized;
  private final OnnxForm form;
  private final OnnxGraph graph;
  private final ActivationQuantizers quantizers;
  private final Activations activations;
  private final WeightConstants constants;

  OnnxModelGraph(TrainedModel model, OnnxForm form) {
    this.model = model;
    this.quantized = model.graph();
    this.form = form;
    Network network = model.network();
    this.graph = new OnnxGraph(network.name(), network.inputShape(), network.output().shape());
    this.quantizers = new ActivationQuantizers(graph, model.ranges());
    this.activations = new Activations(graph, quantizers);
    this.constants = new WeightConstants(graph);
  }

  GraphProto build() {
    String input = input();
    List<String> outputs = new ArrayList<>();
    for (Block block : quantized.graph().blocks()) {
      List<String> sources =
          block.inputs().stream()
              .map(index -> index == BlockGraph.INPUT ? input : outputs.get(index))
              .toList();
      boolean widens = block.anchor().layer() instanceof Multiply && readsVectorGate(block);
      outputs.add(
          output(block, widens ? widened(block, sources) : behindRealWeights(block, sources)));
    }
    graph.output(outputs.get(outputs.size() - 1));
    return graph.build();
  }

  /** The same constants, subtraction and multiplication in float32 as the engine's. */
  private String input() {
    Shape shape = model.network().inputShape();
    int[] dims = OnnxTensors.channels(shape.channels(), shape.rank());
    String offset =
        graph.constant("input.offset", OnnxTensors.floats(model.normalization().offset(), dims));
    String factor =
        graph.constant("input.factor", OnnxTensors.floats(model.normalization().factor(), dims));
    String centered =
        graph.node("input.centered", "Sub", List.of(OnnxGraph.INPUT, offset), List.of());
    String normalized = graph.node("input.normalized", "Mul", List.of(centered, factor), List.of());
    return quantized
        .input()
        .filter(point -> quantizes())
        .map(
            point ->
                quantizers.quantize(
                    point,
                    OnnxGraph.INPUT,
                    normalized,
                    CodeLimits.of(point.quantizer().codes()),
                    shape.rank()))
        .orElse(normalized);
  }

  private String output(Block block, List<String> sources) {
    BlockNodes nodes = new BlockNodes(graph, model, this::weights, block, sources);
    String value = block.anchor().layer().accept(nodes);
    if (!quantizes() || quantized.staysReal(block.index())) {
      return activations.real(block, value);
    }
    Optional<QuantizationPoint> point = quantized.outputs().get(block.index());
    if (point.isPresent()) {
      return activations.quantized(block, value, point.get());
    }
    boolean vanished = value.equals(sources.get(0));
    return vanished ? value : passed(block.index(), value);
  }

  /**
   * What a block reads, as reals if its weights are such, or codes that no integer kernel takes.
   */
  private List<String> behindRealWeights(Block block, List<String> sources) {
    boolean fits =
        quantized
            .weights()
            .get(block.index())
            .map(WeightQuantizer::fitsKernels)
            .orElse(!block.isWeighted());
    if (!quantizes() || fits || quantized.staysReal(block.inputs().get(0))) {
      return sources;
    }
    QuantizationPoint point = quantized.pointOf(block.inputs().get(0));
    return ActivationQuantizers.isInteger(point)
        ? List.of(
            quantizers.asReal(
                point, block.name() + ".input", sources.get(0), block.inputShape().rank()))
        : sources;
  }

  private boolean readsVectorGate(Block block) {
    return block.inputShape().rank() > shape(block.inputs().get(1)).rank();
  }

  private Shape shape(int block) {
    return block == BlockGraph.INPUT
        ? model.network().inputShape()
        : quantized.graph().blocks().get(block).outputShape();
  }

  /** A gate {@code [N, C]} becomes {@code [N, C, 1, 1]}, with the same codes. */
  private List<String> widened(Block block, List<String> sources) {
    String axes = graph.constant(block.name() + ".axes", OnnxTensors.longs(new long[] {2, 3}, 2));
    String gate =
        graph.node(
            block.name() + ".widened", "Unsqueeze", List.of(sources.get(1), axes), List.of());
    int source = block.inputs().get(1);
    boolean isReal = !quantizes() || quantized.staysReal(source);
    return List.of(sources.get(0), isReal ? gate : passed(source, gate));
  }

  /** The codes of a block's output behind a node that only moves them. */
  private String passed(int block, String value) {
    QuantizationPoint point = quantized.pointOf(block);
    return ActivationQuantizers.isInteger(point) ? quantizers.pass(point, value) : value;
  }

  private List<String> weights(Block block) {
    Arithmetic arithmetic = quantizes() ? Arithmetic.QUANTIZED : Arithmetic.FLOAT;
    FoldedWeights folded =
        FoldedWeights.served(
            block, quantized, arithmetic, model.parameters(), model.statistics(), model.ranges());
    String name = block.name();
    List<String> inputs = new ArrayList<>();
    if (holdsCodes(block, folded)) {
      WeightQuantizer quantizer = quantized.weights().get(block.index()).orElseThrow();
      inputs.add(constants.quantizedWeights(name, folded, quantizer));
    } else {
      inputs.add(constants.realWeights(name, folded));
    }
    if (folded.hasBias()) {
      inputs.add(bias(block, folded));
    }
    return inputs;
  }

  /** Codes of more than 8 bits, and those of groups, are written as real numbers. */
  private boolean holdsCodes(Block block, FoldedWeights folded) {
    return folded.areCodes() && quantized.weights().get(block.index()).orElseThrow().fitsKernels();
  }

  /** An integer bias needs 8-bit codes, and one scale for all channels of the input. */
  private String bias(Block block, FoldedWeights folded) {
    int input = block.inputs().get(0);
    if (!holdsCodes(block, folded)
        || quantized.staysReal(input)
        || !ActivationQuantizers.isInteger(quantized.pointOf(input))) {
      return constants.realBias(block.name(), folded);
    }
    QuantizationPoint source = quantized.pointOf(input);
    WeightQuantizer quantizer = quantized.weights().get(block.index()).orElseThrow();
    return constants.quantizedBias(
        block.name(), folded, quantizer, quantizers.affine(source).scale());
  }

  private boolean quantizes() {
    return form == OnnxForm.QUANTIZED;
  }
}
