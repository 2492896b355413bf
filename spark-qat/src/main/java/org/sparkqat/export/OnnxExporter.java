package org.sparkqat.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.sparkqat.export.onnx.Onnx.ModelProto;
import org.sparkqat.export.onnx.Onnx.OperatorSetIdProto;
import org.sparkqat.export.onnx.Onnx.StringStringEntryProto;
import org.sparkqat.network.Network;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.TrainedModel;

/**
 * Writes a trained model as an ONNX file of opset 13 and IR version 8.
 *
 * <p>Opset 13 is the first whose QuantizeLinear and DequantizeLinear take a scale per channel, and
 * uses nothing that a later one changed; with IR version 8 every ONNX library since 1.10 (2021)
 * reads it.
 *
 * <p>Input {@code input}: float32 {@code [N, C, H, W]} (or {@code [N, F]}) of raw values, as in the
 * training data; normalization is inside. Output {@code logits}: float32 {@code [N, K]}; softmax is
 * the caller's. The same model gives the same bytes.
 *
 * <p>Quantized form: weights are int8 codes of the folded weights, biases int32 codes of scale
 * {@code s_x * s_w[o]}, activations QuantizeLinear/DequantizeLinear pairs, all with the scales and
 * zero points of the engine's evaluation. A runtime that executes the graph as written gives the
 * engine's codes, except where a value lies so close to the middle between two codes that the order
 * of float additions decides. One that fuses the pairs into integer kernels rounds the products of
 * scales once more; the difference is of the same kind.
 */
public final class OnnxExporter {

  static final int OPSET = 13;
  static final int IR_VERSION = 8;

  private OnnxExporter() {}

  /**
   * Writes the model; the stream stays open.
   *
   * @throws IllegalArgumentException when a number of the model is NaN or infinite
   * @throws IllegalStateException when the quantized form is asked for and no range was observed
   */
  public static void write(TrainedModel model, OnnxOptions options, OutputStream out)
      throws IOException {
    model(model, options).writeTo(out);
  }

  static ModelProto model(TrainedModel model, OnnxOptions options) {
    Network network = model.network();
    requireFinite(network.parameters(), model.parameters());
    requireFinite(network.statistics(), model.statistics());
    if (options.form() == OnnxForm.QUANTIZED) {
      requireObserved(model);
    }
    ModelProto.Builder proto =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("spark-qat")
            .setProducerVersion(options.producerVersion())
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(new OnnxModelGraph(model, options.form()).build());
    properties(model, options)
        .forEach(
            (key, value) ->
                proto.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return proto.build();
  }

  private static Map<String, String> properties(TrainedModel model, OnnxOptions options) {
    Network network = model.network();
    Map<String, String> properties = new TreeMap<>();
    properties.put("sparkQatVersion", options.producerVersion());
    properties.put("network", network.name());
    properties.put("form", options.form().name().toLowerCase(Locale.ROOT));
    properties.put("classes", String.valueOf(network.output().shape().size()));
    properties.put(
        "input",
        "float32 [N, %s], raw values as in the training data (0 to 255 for 8-bit images); normalization is inside"
            .formatted(sizes(network)));
    properties.put("output", "float32 logits; apply softmax for probabilities");
    properties.put("parametersSha256", ParameterLayout.sha256(model.parameters()));
    properties.put("statisticsSha256", ParameterLayout.sha256(model.statistics()));
    if (options.form() == OnnxForm.QUANTIZED) {
      properties.put("rangesSha256", ParameterLayout.sha256(model.ranges().flat()));
    }
    return properties;
  }

  private static String sizes(Network network) {
    String shape = network.inputShape().toString();
    return shape.substring(1, shape.length() - 1);
  }

  private static void requireFinite(ParameterLayout layout, float[] values) {
    List<Parameter> parameters = layout.parameters();
    for (Parameter parameter : parameters) {
      for (int i = parameter.offset(); i < parameter.end(); i++) {
        if (!Float.isFinite(values[i])) {
          throw new IllegalArgumentException(
              "Invalid model: '%s' holds %s (take a checkpoint from before training diverged)"
                  .formatted(parameter.name(), values[i]));
        }
      }
    }
  }

  private static void requireObserved(TrainedModel model) {
    boolean observed =
        model.ranges().slots() == 0
            || IntStream.range(0, model.ranges().slots())
                .anyMatch(slot -> !model.ranges().range(slot).isEmpty());
    if (!observed) {
      throw new IllegalStateException(
          "Cannot export quantized model: no range was observed (calibrate it first, or export the"
              + " float form)");
    }
  }
}
