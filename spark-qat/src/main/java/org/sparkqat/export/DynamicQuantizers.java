package org.sparkqat.export;

import java.util.List;
import java.util.stream.LongStream;
import org.sparkqat.export.onnx.Onnx.AttributeProto;
import org.sparkqat.export.onnx.Onnx.TensorProto;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Symmetry;

/**
 * Writes quantizers whose range is that of the tensor at hand, or of each of its rows.
 *
 * <p>Asymmetric codes of 8 bits of a whole tensor: DynamicQuantizeLinear, and the real numbers of
 * the codes by Cast, Sub and Mul. Others, for which there is no operator: scale and zero point from
 * ReduceMin and ReduceMax by the equations of {@link CodeFormat}, the codes in float32.
 */
final class DynamicQuantizers {

  private static final List<AttributeProto> NONE = List.of();
  private static final List<AttributeProto> TO_FLOAT =
      List.of(OnnxGraph.attribute("to", TensorProto.DataType.FLOAT_VALUE));

  private final OnnxGraph graph;

  DynamicQuantizers(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Quantizes a real value and gives the name of the dequantized one.
   *
   * @param rank number of the value's axes behind the batch
   */
  String quantize(QuantizationPoint point, String name, String value, int rank) {
    boolean wholeTensor = point.quantizer().range() == ActivationRange.DYNAMIC;
    boolean usual = point.quantizer().format().equals(CodeFormat.unsigned(Byte.SIZE));
    return wholeTensor && usual
        ? byOperator(name, value)
        : byEquations(point.quantizer().format(), name, value, wholeTensor ? 0 : 1, rank);
  }

  private String byOperator(String name, String value) {
    List<String> outputs =
        graph.nodes(
            name + ".quantized",
            "DynamicQuantizeLinear",
            List.of(value),
            List.of(name + ".quantized", name + ".scale", name + ".zero_point"));
    String codes = graph.node(name + ".cast", "Cast", List.of(outputs.get(0)), TO_FLOAT);
    String zero = graph.node(name + ".real_zero", "Cast", List.of(outputs.get(2)), TO_FLOAT);
    String centered = node(name + ".centered", "Sub", codes, zero);
    return node(name + ".dequantized", "Mul", centered, outputs.get(1));
  }

  private String byEquations(CodeFormat format, String name, String value, long first, int rank) {
    List<Long> axes = LongStream.rangeClosed(first, rank).boxed().toList();
    CodeRange codes = format.codes();
    String zero = number(name + ".zero", 0);
    String low =
        node(name + ".low", "Min", reduced(name + ".least", "ReduceMin", value, axes), zero);
    String high =
        node(name + ".high", "Max", reduced(name + ".largest", "ReduceMax", value, axes), zero);
    String scale = scale(format, name, low, high);
    String rounded = round(name + ".rounded", node(name + ".divided", "Div", value, scale));
    String lowest = number(name + ".lowest", codes.quantMin());
    String highest = number(name + ".highest", codes.quantMax());
    if (format.symmetry() == Symmetry.ASYMMETRIC) {
      String zeroPoint = zeroPoint(name, low, scale, lowest, highest);
      lowest = node(name + ".lowest_centered", "Sub", lowest, zeroPoint);
      highest = node(name + ".highest_centered", "Sub", highest, zeroPoint);
    }
    String clipped =
        node(name + ".clipped", "Min", node(name + ".above", "Max", rounded, lowest), highest);
    return node(name + ".dequantized", "Mul", clipped, scale);
  }

  /** 1 where the range has no width to speak of. */
  private String scale(CodeFormat format, String name, String low, String high) {
    String width = width(format, name, low, high);
    String least = number(name + ".least_scale", Float.MIN_NORMAL);
    String collapsed = node(name + ".collapsed", "Less", width, least);
    String one = number(name + ".one", 1);
    return graph.node(name + ".scale", "Where", List.of(collapsed, one, width), NONE);
  }

  private String width(CodeFormat format, String name, String low, String high) {
    CodeRange codes = format.codes();
    if (format.symmetry() == Symmetry.ASYMMETRIC) {
      String levels = number(name + ".levels", codes.quantMax() - codes.quantMin());
      return node(name + ".width", "Div", node(name + ".whole", "Sub", high, low), levels);
    }
    String above =
        node(name + ".width_above", "Div", high, number(name + ".most", codes.quantMax()));
    if (format.sign() == CodeFormat.Sign.UNSIGNED) {
      return above;
    }
    String below =
        node(name + ".width_below", "Div", low, number(name + ".fewest", codes.quantMin()));
    return node(name + ".width", "Max", above, below);
  }

  private String zeroPoint(String name, String low, String scale, String lowest, String highest) {
    String offset = node(name + ".offset", "Div", low, scale);
    String nearest =
        round(name + ".nearest_zero", node(name + ".exact_zero", "Sub", lowest, offset));
    return graph.node(name + ".zero_point", "Clip", List.of(nearest, lowest, highest), NONE);
  }

  private String reduced(String name, String operator, String value, List<Long> axes) {
    List<AttributeProto> attributes =
        List.of(OnnxGraph.attribute("axes", axes), OnnxGraph.attribute("keepdims", 1L));
    return graph.node(name, operator, List.of(value), attributes);
  }

  private String round(String name, String value) {
    return graph.node(name, "Round", List.of(value), NONE);
  }

  private String node(String name, String operator, String left, String right) {
    return graph.node(name, operator, List.of(left, right), NONE);
  }

  private String number(String name, float value) {
    return graph.constant(name, OnnxTensors.floats(new float[] {value}));
  }
}
