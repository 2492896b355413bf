package org.sparkqat.export;

import java.util.List;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.export.onnx.Onnx.AttributeProto;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * Writes the weights {@code [O, ...]} and the bias {@code [O]} of a block, batch normalization
 * folded in: as float32, or as int8 and int32 codes with DequantizeLinear behind them.
 */
final class WeightConstants {

  private static final List<AttributeProto> FIRST_AXIS = List.of(OnnxGraph.attribute("axis", 0L));

  private final OnnxGraph graph;

  WeightConstants(OnnxGraph graph) {
    this.graph = graph;
  }

  String realWeights(String block, FoldedWeights weights) {
    int[] dims = weights.weight().shape().dims();
    float[] values = new float[weights.weight().size()];
    weights.realWeights(values);
    return graph.constant(block + ".weight", OnnxTensors.floats(values, dims));
  }

  String realBias(String block, FoldedWeights weights) {
    float[] biases = weights.biases();
    return graph.constant(block + ".bias", OnnxTensors.floats(biases, biases.length));
  }

  String quantizedWeights(String block, FoldedWeights weights, WeightQuantizer quantizer) {
    String name = block + ".weight";
    int[] zeroPoints = weights.zeroPoints();
    int[] perOutput = rowSizes(zeroPoints.length, quantizer);
    int[] dims = weights.weight().shape().dims();
    List<String> inputs =
        List.of(
            graph.constant(name + ".quantized", OnnxTensors.signedBytes(codes(weights), dims)),
            scales(name, weights.scales(), quantizer),
            graph.constant(
                name + ".zero_point",
                OnnxTensors.signedBytes(first(zeroPoints, quantizer), perOutput)));
    return dequantize(name, inputs, quantizer);
  }

  String quantizedBias(
      String block, FoldedWeights weights, WeightQuantizer quantizer, float srcScale) {
    String name = block + ".bias";
    int[] codes = weights.biasCodes(srcScale);
    int[] zeros = first(new int[codes.length], quantizer);
    List<String> inputs =
        List.of(
            graph.constant(name + ".quantized", OnnxTensors.ints(codes, codes.length)),
            scales(name, weights.units(srcScale), quantizer),
            graph.constant(
                name + ".zero_point", OnnxTensors.ints(zeros, rowSizes(codes.length, quantizer))));
    return dequantize(name, inputs, quantizer);
  }

  private String scales(String name, float[] scales, WeightQuantizer quantizer) {
    float[] distinct = isPerChannel(quantizer) ? scales : new float[] {scales[0]};
    return graph.constant(
        name + ".scale", OnnxTensors.floats(distinct, rowSizes(scales.length, quantizer)));
  }

  private String dequantize(String name, List<String> inputs, WeightQuantizer quantizer) {
    List<AttributeProto> axis = isPerChannel(quantizer) ? FIRST_AXIS : List.of();
    return graph.node(name, "DequantizeLinear", inputs, axis);
  }

  /** Codes with their zero points, as int8 holds them. */
  private static int[] codes(FoldedWeights weights) {
    float[] centered = weights.values();
    int[] zeroPoints = weights.zeroPoints();
    int perOutput = centered.length / zeroPoints.length;
    int[] codes = new int[centered.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (int) centered[i] + zeroPoints[i / perOutput];
    }
    return codes;
  }

  private static int[] first(int[] values, WeightQuantizer quantizer) {
    return isPerChannel(quantizer) ? values : new int[] {values[0]};
  }

  private static int[] rowSizes(int outputs, WeightQuantizer quantizer) {
    return isPerChannel(quantizer) ? new int[] {outputs} : new int[] {};
  }

  private static boolean isPerChannel(WeightQuantizer quantizer) {
    return quantizer.hasScalesOfChannels();
  }
}
