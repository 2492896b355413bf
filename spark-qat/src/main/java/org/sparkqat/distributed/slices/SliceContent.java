package org.sparkqat.distributed.slices;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.wire.GradientCodec;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.SliceNorm;
import org.sparkqat.training.TreeSum;

/** What travels of slices, as bytes. */
public final class SliceContent {

  private SliceContent() {}

  public static byte[] of(SliceNorm norm) {
    Wire wire = Wire.writer(64 + 8L * (norm.incoming().length + norm.limited().length));
    wire.putDoubles(norm.incoming()).putDoubles(norm.limited());
    return wire.putLong(norm.values()).putInt(norm.firstNonFinite()).bytes();
  }

  public static SliceNorm norm(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    SliceNorm norm =
        new SliceNorm(wire.getDoubles(), wire.getDoubles(), wire.getLong(), wire.getInt());
    wire.requireEnd();
    return norm;
  }

  /** Parameters and slots of a slice. */
  static byte[] of(float[] parameters, float[][] slots) {
    Wire wire = Wire.writer(SlicedState.size(parameters.length, slots.length));
    wire.putInt(1 + slots.length).putFloats(parameters);
    for (float[] slot : slots) {
      wire.putFloats(slot);
    }
    return wire.bytes();
  }

  /**
   * Reads parameters and slots of a slice to where they belong.
   *
   * @param arrays the parameters and each slot, of all slices
   */
  public static void read(byte[] bytes, float[][] arrays, int from, int count) {
    Wire wire = Wire.reader(bytes);
    int found = wire.getInt();
    if (found != arrays.length) {
      throw new IllegalArgumentException(
          "Invalid slice: %d arrays (expected %d)".formatted(found, arrays.length));
    }
    for (float[] array : arrays) {
      wire.getFloats(array, from, count);
    }
    wire.requireEnd();
  }

  /** The parameters of a slice for the other workers. */
  public static ByteBuffer message(float[] parameters) {
    return Wire.writer(8 + 4L * parameters.length).putFloats(parameters).sealed();
  }

  /** What a worker has of a slice of the gradient, for the owner of the slice. */
  public static ByteBuffer message(
      List<TreeSum.Part<StepResult>> parts, int from, int to, GradientEncoding encoding) {
    GradientCodec codec = encoding.codec();
    Wire wire = Wire.writer(64 + parts.size() * (8 + codec.size(to - from)));
    wire.putText(encoding.name()).putInt(parts.size());
    for (TreeSum.Part<StepResult> part : parts) {
      wire.putInt(part.node().level()).putInt(part.node().index());
      codec.write(wire, Arrays.copyOfRange(part.value().gradient(), from, to));
    }
    return wire.sealed();
  }

  /**
   * Reads what another worker has of a slice of the gradient.
   *
   * @param size of the slice
   */
  public static List<TreeSum.Part<float[]>> gradients(Wire wire, ShardRange shards, int size) {
    GradientCodec codec = GradientEncoding.valueOf(wire.getText()).codec();
    int count = wire.getInt();
    List<TreeSum.Part<float[]>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Node node = new Node(wire.getInt(), wire.getInt());
      float[] values = codec.read(wire);
      if (!shards.contains(node) || values.length != size) {
        throw new IllegalArgumentException(
            "Invalid slice of a gradient: %d elements of %s (expected %d of %s)"
                .formatted(values.length, node, size, shards));
      }
      parts.add(new TreeSum.Part<>(node, values));
    }
    wire.requireEnd();
    return parts;
  }
}
