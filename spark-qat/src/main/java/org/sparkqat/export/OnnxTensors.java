package org.sparkqat.export;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.sparkqat.export.onnx.Onnx.TensorProto;

/** Constant tensors, stored as little-endian raw data; no sizes: a scalar. */
final class OnnxTensors {

  private OnnxTensors() {}

  static TensorProto floats(float[] values, int... dims) {
    ByteBuffer raw = buffer(values.length * Float.BYTES);
    raw.asFloatBuffer().put(values);
    return tensor(TensorProto.DataType.FLOAT, raw, dims);
  }

  static TensorProto ints(int[] values, int... dims) {
    ByteBuffer raw = buffer(values.length * Integer.BYTES);
    raw.asIntBuffer().put(values);
    return tensor(TensorProto.DataType.INT32, raw, dims);
  }

  static TensorProto longs(long[] values, int... dims) {
    ByteBuffer raw = buffer(values.length * Long.BYTES);
    raw.asLongBuffer().put(values);
    return tensor(TensorProto.DataType.INT64, raw, dims);
  }

  /** Codes of -128 to 127. */
  static TensorProto signedBytes(int[] codes, int... dims) {
    return tensor(TensorProto.DataType.INT8, bytes(codes, Byte.MIN_VALUE, Byte.MAX_VALUE), dims);
  }

  /** Codes of 0 to 255. */
  static TensorProto unsignedBytes(int[] codes, int... dims) {
    return tensor(TensorProto.DataType.UINT8, bytes(codes, 0, 255), dims);
  }

  /** Sizes of an array that has one number per channel and is spread over the other axes. */
  static int[] channels(int channels, int rank) {
    int[] dims = new int[rank];
    Arrays.fill(dims, 1);
    dims[0] = channels;
    return dims;
  }

  private static ByteBuffer bytes(int[] codes, int least, int most) {
    ByteBuffer raw = buffer(codes.length);
    for (int code : codes) {
      if (code < least || code > most) {
        throw new IllegalArgumentException(
            "Invalid code: %d (allowed: %d to %d)".formatted(code, least, most));
      }
      raw.put((byte) code);
    }
    return raw.rewind();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static TensorProto tensor(TensorProto.DataType type, ByteBuffer raw, int... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDataType(type.getNumber()).setRawData(ByteString.copyFrom(raw));
    Arrays.stream(dims).forEach(tensor::addDims);
    return tensor.build();
  }
}
