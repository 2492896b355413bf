package org.sparkqat.data;

import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * A shard in the heap, in few large arrays; immutable.
 *
 * <p>Features are kept in blocks of whole examples, so that a shard may be larger than an array.
 */
final class HeapShard implements Shard, Serializable {

  private static final long serialVersionUID = 1L;

  private final int index;
  private final int size;
  private final int featureSize;
  private final int examplesPerBlock;
  // Exactly one of each pair is used; the other has no element.
  private final byte[][] bytes;
  private final float[][] floats;
  private final int[] labels;
  private final float[] targets;

  private HeapShard(Builder builder) {
    this.index = builder.index;
    this.size = builder.size;
    this.featureSize = builder.layout.featureSize();
    this.examplesPerBlock = builder.examplesPerBlock;
    this.bytes = builder.bytes;
    this.floats = builder.floats;
    this.labels = builder.labels;
    this.targets = builder.targets;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int featureSize() {
    return featureSize;
  }

  @Override
  public void features(int example, float[] dst, int offset) {
    int start = example % examplesPerBlock * featureSize;
    if (floats.length > 0) {
      System.arraycopy(floats[example / examplesPerBlock], start, dst, offset, featureSize);
      return;
    }
    byte[] block = bytes[example / examplesPerBlock];
    for (int i = 0; i < featureSize; i++) {
      dst[offset + i] = block[start + i] & 0xff;
    }
  }

  @Override
  public int label(int example) {
    if (labels.length == 0) {
      throw new IllegalStateException("Cannot read a class: the labels are regression targets");
    }
    return labels[example];
  }

  @Override
  public float target(int example) {
    return labels.length == 0 ? targets[example] : labels[example];
  }

  /** Bytes of heap that the examples take. */
  long bytes() {
    long count = (long) Integer.BYTES * size;
    for (byte[] block : bytes) {
      count += block.length;
    }
    for (float[] block : floats) {
      count += (long) Float.BYTES * block.length;
    }
    return count;
  }

  /** Collects a known number of examples in their order. */
  static final class Builder {
    private final ExampleLayout layout;
    private final int index;
    private final int size;
    private final int examplesPerBlock;
    private final byte[][] bytes;
    private final float[][] floats;
    private final int[] labels;
    private final float[] targets;
    private int next;

    Builder(ExampleLayout layout, int index, int size) {
      this.layout = layout;
      this.index = index;
      this.size = size;
      this.examplesPerBlock = layout.examplesPerBlock();
      int blocks = (int) (((long) size + examplesPerBlock - 1) / examplesPerBlock);
      this.bytes = new byte[layout.isUint8() ? blocks : 0][];
      this.floats = new float[layout.isUint8() ? 0 : blocks][];
      this.labels = new int[layout.isRegression() ? 0 : size];
      this.targets = new float[layout.isRegression() ? size : 0];
    }

    /** Appends an example in the form of {@link KeyedExample#content}. */
    void add(byte[] content) {
      if (next == size) {
        throw new IllegalStateException("Cannot add to shard " + index + ": it is full at " + size);
      }
      int block = next / examplesPerBlock;
      int start = next % examplesPerBlock * layout.featureSize();
      if (start == 0) {
        allocate(block);
      }
      ByteBuffer source = ByteBuffer.wrap(content);
      if (layout.isUint8()) {
        source.get(bytes[block], start, layout.featureSize());
      } else {
        source.asFloatBuffer().get(floats[block], start, layout.featureSize());
      }
      int label = source.getInt(content.length - Integer.BYTES);
      if (layout.isRegression()) {
        targets[next] = Float.intBitsToFloat(label);
      } else {
        labels[next] = label;
      }
      next++;
    }

    private void allocate(int block) {
      int examples = Math.min(examplesPerBlock, size - block * examplesPerBlock);
      if (layout.isUint8()) {
        bytes[block] = new byte[examples * layout.featureSize()];
      } else {
        floats[block] = new float[examples * layout.featureSize()];
      }
    }

    HeapShard build() {
      if (next != size) {
        throw new IllegalStateException(
            "Cannot build shard %d: %d of %d examples arrived (the data changed while it was read)"
                .formatted(index, next, size));
      }
      return new HeapShard(this);
    }
  }
}
