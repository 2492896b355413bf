package org.sparkqat.export;

import java.util.List;
import org.sparkqat.network.Activation;
import org.sparkqat.network.Block;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;

/**
 * Writes the activation at the end of a block.
 *
 * <p>Before a quantizer per tensor an activation is no more than a limit of the codes: below {@code
 * q(0)}, and for ReLU6 above {@code q(6)}, where it is not the end of the codes anyway. A Relu node
 * stays for the reader where {@code q(0)} is the lowest code: runtimes drop it.
 */
final class Activations {

  private static final float SIX = 6f;

  private final OnnxGraph graph;
  private final ActivationQuantizers quantizers;

  Activations(OnnxGraph graph, ActivationQuantizers quantizers) {
    this.graph = graph;
    this.quantizers = quantizers;
  }

  /** The activation of a real value. */
  String real(Block block, String value) {
    return switch (block.activation()) {
      case NONE -> value;
      case RELU -> relu(block, value);
      case RELU6 -> {
        String low = graph.constant(block.last() + ".low", OnnxTensors.floats(new float[] {0f}));
        String high = graph.constant(block.last() + ".high", OnnxTensors.floats(new float[] {SIX}));
        yield graph.node(block.last(), "Clip", List.of(value, low, high), List.of());
      }
    };
  }

  /** The activation of a real value, quantized and dequantized. */
  String quantized(Block block, String value, QuantizationPoint point) {
    int rank = block.outputShape().rank();
    CodeRange codes = point.quantizer().codes();
    if (!ActivationQuantizers.isInteger(point)) {
      return quantizers.quantize(
          point, block.last(), real(block, value), CodeLimits.of(codes), rank);
    }
    Affine affine = quantizers.affine(point);
    boolean showsRelu =
        block.activation() != Activation.NONE && affine.zeroPoint() == codes.quantMin();
    String activated = showsRelu ? relu(block, value) : value;
    return quantizers.quantize(
        point, block.last(), activated, CodeLimits.of(affine, block.activation()), rank);
  }

  private String relu(Block block, String value) {
    return graph.node(block.last(), "Relu", List.of(value), List.of());
  }
}
