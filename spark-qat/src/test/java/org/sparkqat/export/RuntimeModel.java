package org.sparkqat.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.sparkqat.export.onnx.Onnx.ModelProto;
import org.sparkqat.export.onnx.Onnx.TensorProto;
import org.sparkqat.export.onnx.Onnx.TypeProto;
import org.sparkqat.export.onnx.Onnx.ValueInfoProto;
import org.sparkqat.tensor.Shape;

/** A model in ONNX Runtime, on one thread. */
final class RuntimeModel implements AutoCloseable {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  private RuntimeModel(ModelProto model, OptLevel level) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setIntraOpNumThreads(1);
      options.addConfigEntry("session.qdqisint8allowed", "1");
      this.session = environment.createSession(model.toByteArray(), options);
    }
  }

  /** Runs the graph exactly as it is written. */
  static RuntimeModel literal(ModelProto model) throws OrtException {
    return new RuntimeModel(model, OptLevel.NO_OPT);
  }

  /** Runs the graph with everything that the runtime does to make it fast. */
  static RuntimeModel optimized(ModelProto model) throws OrtException {
    return new RuntimeModel(model, OptLevel.ALL_OPT);
  }

  /** The model with further real values as outputs. */
  static ModelProto exposing(ModelProto model, Collection<String> values) {
    ModelProto.Builder exposing = model.toBuilder();
    TypeProto.Tensor type =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE).build();
    for (String value : values) {
      exposing
          .getGraphBuilder()
          .addOutput(
              ValueInfoProto.newBuilder()
                  .setName(value)
                  .setType(TypeProto.newBuilder().setTensorType(type)));
    }
    return exposing.build();
  }

  /** All outputs for a batch of images. */
  Map<String, float[]> run(float[] images, Shape shape) throws OrtException {
    long[] sizes = new long[1 + shape.rank()];
    sizes[0] = images.length / shape.size();
    for (int axis = 0; axis < shape.rank(); axis++) {
      sizes[axis + 1] = shape.dim(axis);
    }
    Map<String, float[]> outputs = new TreeMap<>();
    try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), sizes);
        OrtSession.Result result = session.run(Map.of("input", input))) {
      for (Map.Entry<String, OnnxValue> entry : result) {
        FloatBuffer buffer = ((OnnxTensor) entry.getValue()).getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        outputs.put(entry.getKey(), values);
      }
    }
    return outputs;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
