package org.sparkqat.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.sparkqat.export.onnx.Onnx.AttributeProto;
import org.sparkqat.export.onnx.Onnx.TensorProto;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Ranges;

/**
 * Writes the quantizers of activations: QuantizeLinear to 8-bit codes (unsigned when they start at
 * 0, else signed), then DequantizeLinear.
 *
 * <p>QuantizeLinear saturates at the ends of the 8-bit type only. Where the codes end earlier (less
 * than 8 bits, narrow range, an activation), a Clip of the codes stands between the two (quantize,
 * clip, dequantize: Pappalardo et al. 2022, arXiv 2206.07527), so that integer kernels still fit.
 *
 * <p>A quantizer per channel is simulated: its codes become real by Cast, Sub and Mul, since
 * runtimes take a DequantizeLinear before an operator for a promise of one scale. Codes of more
 * than 8 bits stay in float32: Div, Round, Max, Min, Mul. {@link DynamicQuantizers} writes those
 * whose range is that of the tensor at hand.
 */
final class ActivationQuantizers {

  private static final CodeLimits UINT8 = CodeLimits.of(CodeRange.unsigned(8));
  private static final CodeLimits INT8 = CodeLimits.of(CodeRange.signed(8));

  private final OnnxGraph graph;
  private final Ranges ranges;
  private final Map<String, List<String>> constants = new HashMap<>();

  ActivationQuantizers(OnnxGraph graph, Ranges ranges) {
    this.graph = graph;
    this.ranges = ranges;
  }

  static boolean isPerTensor(QuantizationPoint point) {
    return point.quantizer().hasOneScale();
  }

  /** True when integer kernels take the codes: at most 8 bits, one scale. */
  static boolean isInteger(QuantizationPoint point) {
    return point.quantizer().fitsKernels();
  }

  /** Scale and zero point of a quantizer per tensor. */
  Affine affine(QuantizationPoint point) {
    return affines(point).get(0);
  }

  /**
   * Quantizes a new real value.
   *
   * @param name what the nodes and values are named after
   * @param codes the codes that may occur, within the quantizer's
   * @param rank number of the value's axes behind the batch
   * @return name of the dequantized value
   */
  String quantize(QuantizationPoint point, String name, String value, CodeLimits codes, int rank) {
    if (point.quantizer().range().isDynamic()) {
      return new DynamicQuantizers(graph).quantize(point, name, value, rank);
    }
    if (!point.quantizer().format().fitsKernels()) {
      return inFloat(point, name, value, rank);
    }
    String limited = limit(point, name, quantized(point, name, value), codes);
    return isPerTensor(point)
        ? dequantized(point, name, limited)
        : simulated(point, name, limited, rank);
  }

  /** Quantizes a value that holds representable values already, so that it stays as it is. */
  String pass(QuantizationPoint point, String value) {
    return dequantized(point, value, quantized(point, value, value));
  }

  /**
   * The codes of a dequantized value as real numbers by Cast, Sub and Mul, for an operator with
   * real weights: behind a DequantizeLinear runtimes would quantize those in a way of their own.
   */
  String asReal(QuantizationPoint point, String name, String value, int rank) {
    return simulated(point, name, quantized(point, name, value), rank);
  }

  private String quantized(QuantizationPoint point, String name, String value) {
    List<AttributeProto> axis =
        isPerTensor(point) ? List.of() : List.of(OnnxGraph.attribute("axis", 1L));
    return graph.node(name + ".quantized", "QuantizeLinear", with(value, point), axis);
  }

  private String limit(QuantizationPoint point, String name, String codes, CodeLimits range) {
    if (range.equals(isUnsigned(point) ? UINT8 : INT8)) {
      return codes;
    }
    String low = graph.constant(name + ".low", integers(point, range.low()));
    String high = graph.constant(name + ".high", integers(point, range.high()));
    return graph.node(name + ".limited", "Clip", List.of(codes, low, high), List.of());
  }

  private String dequantized(QuantizationPoint point, String name, String codes) {
    return graph.node(name + ".dequantized", "DequantizeLinear", with(codes, point), List.of());
  }

  private String simulated(QuantizationPoint point, String name, String codes, int rank) {
    List<Affine> affines = affines(point);
    int[] dims = OnnxTensors.channels(affines.size(), rank);
    float[] zeroPoints = new float[affines.size()];
    for (int c = 0; c < zeroPoints.length; c++) {
      zeroPoints[c] = affines.get(c).zeroPoint();
    }
    String zeros = graph.constant(name + ".real_zero", OnnxTensors.floats(zeroPoints, dims));
    String scales = graph.constant(name + ".factor", OnnxTensors.floats(scales(affines), dims));
    AttributeProto toFloat = OnnxGraph.attribute("to", TensorProto.DataType.FLOAT_VALUE);
    String real = graph.node(name + ".cast", "Cast", List.of(codes), List.of(toFloat));
    String centered = graph.node(name + ".centered", "Sub", List.of(real, zeros), List.of());
    return graph.node(name + ".dequantized", "Mul", List.of(centered, scales), List.of());
  }

  /** {@code clip(round(x / scale)) * scale}, the codes being less their zero points. */
  private String inFloat(QuantizationPoint point, String name, String value, int rank) {
    List<Affine> affines = affines(point);
    int[] dims = isPerTensor(point) ? new int[] {} : OnnxTensors.channels(affines.size(), rank);
    String scales = graph.constant(name + ".scale", OnnxTensors.floats(scales(affines), dims));
    String codes = graph.node(name + ".divided", "Div", List.of(value, scales), List.of());
    String rounded = graph.node(name + ".rounded", "Round", List.of(codes), List.of());
    String low = graph.constant(name + ".low", floats(affines, Affine::lowest, dims));
    String high = graph.constant(name + ".high", floats(affines, Affine::highest, dims));
    String above = graph.node(name + ".above", "Max", List.of(rounded, low), List.of());
    String clipped = graph.node(name + ".clipped", "Min", List.of(above, high), List.of());
    return graph.node(name + ".dequantized", "Mul", List.of(clipped, scales), List.of());
  }

  private static TensorProto floats(
      List<Affine> affines, ToIntFunction<Affine> number, int[] dims) {
    float[] values = new float[affines.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] = number.applyAsInt(affines.get(c));
    }
    return OnnxTensors.floats(values, dims);
  }

  /** A value with the scale and the zero point of a quantizer. */
  private List<String> with(String value, QuantizationPoint point) {
    List<String> inputs = new ArrayList<>(List.of(value));
    inputs.addAll(constants.computeIfAbsent(point.name(), key -> constants(point)));
    return inputs;
  }

  private List<String> constants(QuantizationPoint point) {
    List<Affine> affines = affines(point);
    int[] zeroPoints = affines.stream().mapToInt(Affine::zeroPoint).toArray();
    int[] dims = isPerTensor(point) ? new int[] {} : new int[] {zeroPoints.length};
    String name = point.name() + ".output";
    return List.of(
        graph.constant(name + ".scale", OnnxTensors.floats(scales(affines), dims)),
        graph.constant(name + ".zero_point", integers(point, zeroPoints, dims)));
  }

  private static float[] scales(List<Affine> affines) {
    float[] scales = new float[affines.size()];
    for (int c = 0; c < scales.length; c++) {
      scales[c] = affines.get(c).scale();
    }
    return scales;
  }

  private static TensorProto integers(QuantizationPoint point, int scalar) {
    return integers(point, new int[] {scalar}, new int[] {});
  }

  private static TensorProto integers(QuantizationPoint point, int[] values, int[] dims) {
    return isUnsigned(point)
        ? OnnxTensors.unsignedBytes(values, dims)
        : OnnxTensors.signedBytes(values, dims);
  }

  private static boolean isUnsigned(QuantizationPoint point) {
    return point.quantizer().codes().quantMin() == 0;
  }

  private List<Affine> affines(QuantizationPoint point) {
    List<Affine> affines = new ArrayList<>();
    for (int slot = 0; slot < point.slots(); slot++) {
      affines.add(point.quantizer().affine(ranges.range(point.firstSlot() + slot)));
    }
    return affines;
  }
}
