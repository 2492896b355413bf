package org.sparkqat.distributed.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The explicit, versioned form of a message: little-endian numbers, arrays preceded by their
 * length. No class name travels.
 */
public final class Wire {

  private static final int MAGIC = 0x53514154;
  private static final int VERSION = 2;
  private static final int HEAD = 8;
  private static final int SEAL = 4;

  private final ByteBuffer buffer;

  private Wire(ByteBuffer buffer) {
    this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A writer with room for the given number of bytes of content. */
  public static Wire writer(long size) {
    if (size > Integer.MAX_VALUE - 32) {
      throw new IllegalArgumentException(
          "Invalid message: " + size + " bytes (allowed: 2^31 - 33)");
    }
    return new Wire(ByteBuffer.allocate(HEAD + (int) size + SEAL)).putInt(MAGIC).putInt(VERSION);
  }

  public static Wire reader(byte[] bytes) {
    return reader(ByteBuffer.wrap(bytes));
  }

  /**
   * A reader of what {@link #sealed} returned.
   *
   * @throws IllegalArgumentException when it is not one of ours, not whole or not as it was sent
   */
  public static Wire unseal(ByteBuffer message) {
    int content = message.remaining() - SEAL;
    if (content < HEAD) {
      throw new IllegalArgumentException("Invalid message: it does not start as one of ours");
    }
    Wire wire = reader(message.slice(message.position(), content));
    int seal =
        message.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(message.position() + content);
    if (checksum(message.slice(message.position(), content)) != seal) {
      throw new IllegalArgumentException(
          "Invalid message: its checksum differs (%d bytes)".formatted(message.remaining()));
    }
    return wire;
  }

  private static int checksum(ByteBuffer content) {
    CRC32C checksum = new CRC32C();
    checksum.update(content);
    return (int) checksum.getValue();
  }

  private static Wire reader(ByteBuffer bytes) {
    Wire wire = new Wire(bytes);
    if (bytes.remaining() < HEAD || wire.getInt() != MAGIC) {
      throw new IllegalArgumentException("Invalid message: it does not start as one of ours");
    }
    int version = wire.getInt();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "Invalid message version: %d (expected %d; driver and executors need the same jar)"
              .formatted(version, VERSION));
    }
    return wire;
  }

  public byte[] bytes() {
    byte[] bytes = new byte[buffer.position()];
    buffer.duplicate().flip().get(bytes);
    return bytes;
  }

  /** What was written, without a copy, closed by its checksum. */
  public ByteBuffer sealed() {
    int seal = checksum(buffer.slice(0, buffer.position()));
    return buffer.putInt(seal).flip().duplicate();
  }

  public void requireEnd() {
    if (buffer.hasRemaining()) {
      throw new IllegalArgumentException(
          "Invalid message: %d bytes too many".formatted(buffer.remaining()));
    }
  }

  public Wire putInt(int value) {
    buffer.putInt(value);
    return this;
  }

  public Wire putLong(long value) {
    buffer.putLong(value);
    return this;
  }

  public Wire putDouble(double value) {
    buffer.putDouble(value);
    return this;
  }

  public Wire putFloats(float[] values) {
    buffer.putInt(values.length);
    buffer.asFloatBuffer().put(values);
    buffer.position(buffer.position() + 4 * values.length);
    return this;
  }

  /** The floats {@code from ... to - 1} as an array. */
  Wire putFloats(float[] values, int from, int to) {
    buffer.putInt(to - from);
    buffer.asFloatBuffer().put(values, from, to - from);
    buffer.position(buffer.position() + 4 * (to - from));
    return this;
  }

  public Wire putDoubles(double[] values) {
    buffer.putInt(values.length);
    buffer.asDoubleBuffer().put(values);
    buffer.position(buffer.position() + 8 * values.length);
    return this;
  }

  public Wire putLongs(long[] values) {
    buffer.putInt(values.length);
    buffer.asLongBuffer().put(values);
    buffer.position(buffer.position() + 8 * values.length);
    return this;
  }

  public Wire putBytes(byte[] values) {
    buffer.putInt(values.length).put(values);
    return this;
  }

  public byte[] getBytes() {
    byte[] values = new byte[length(1)];
    buffer.get(values);
    return values;
  }

  public Wire putText(String text) {
    return putBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public String getText() {
    return new String(getBytes(), StandardCharsets.UTF_8);
  }

  public int getInt() {
    return buffer.getInt();
  }

  public long getLong() {
    return buffer.getLong();
  }

  public double getDouble() {
    return buffer.getDouble();
  }

  public float[] getFloats() {
    float[] values = new float[length(4)];
    buffer.asFloatBuffer().get(values);
    buffer.position(buffer.position() + 4 * values.length);
    return values;
  }

  /** Reads floats to where they belong, which must be as many. */
  public void getFloats(float[] into, int from, int count) {
    int length = length(4);
    if (length != count) {
      throw new IllegalArgumentException(
          "Invalid message: an array of %d elements (expected %d)".formatted(length, count));
    }
    buffer.asFloatBuffer().get(into, from, count);
    buffer.position(buffer.position() + 4 * count);
  }

  /** The elements {@code from ... to - 1} of an array, of which the others are passed over. */
  public float[] getFloats(int from, int to) {
    int length = length(4);
    if (from < 0 || to < from || to > length) {
      throw new IllegalArgumentException(
          "Invalid elements: %d to %d of %d".formatted(from, to, length));
    }
    float[] values = new float[to - from];
    buffer.asFloatBuffer().get(from, values);
    buffer.position(buffer.position() + 4 * length);
    return values;
  }

  public double[] getDoubles() {
    double[] values = new double[length(8)];
    buffer.asDoubleBuffer().get(values);
    buffer.position(buffer.position() + 8 * values.length);
    return values;
  }

  public long[] getLongs() {
    long[] values = new long[length(8)];
    buffer.asLongBuffer().get(values);
    buffer.position(buffer.position() + 8 * values.length);
    return values;
  }

  private int length(int width) {
    int length = buffer.getInt();
    if (length < 0 || length > buffer.remaining() / width) {
      throw new IllegalArgumentException(
          "Invalid message: an array of %d elements in %d bytes"
              .formatted(length, buffer.remaining()));
    }
    return length;
  }
}
