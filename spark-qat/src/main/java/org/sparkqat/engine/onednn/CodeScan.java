package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Looks codes in native memory up in tables of 256 entries, which no primitive does. The entry of a
 * code is its bits, read as an unsigned number.
 *
 * <p>Java has no vector instruction for that either; a piece at a time is copied to and from arrays
 * that stay in the processor's first cache.
 */
final class CodeScan implements TableScan {

  static final int ENTRIES = 256;

  private static final int PIECE = 4096;

  private final Place codes;
  private final int size;
  private final byte[] read = new byte[PIECE];
  private final byte[] bytes = new byte[PIECE];
  private final float[] reals = new float[PIECE];

  /**
   * A scan of codes.
   *
   * @param size how many there are
   */
  CodeScan(Place codes, int size) {
    this.codes = codes;
    this.size = size;
  }

  /** {@code to[i] = table[code[i]]}; sets the marks of the entries that occur. */
  void map(byte[] table, Place to, boolean[] marks) {
    BytePointer from = new BytePointer(codes.start());
    BytePointer into = new BytePointer(to.start());
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      for (int i = 0; i < count; i++) {
        int entry = read[i] & 0xFF;
        bytes[i] = table[entry];
        marks[entry] = true;
      }
      into.position(at).put(bytes, 0, count);
    }
  }

  /** {@code to[i] = table[code[i]]}. */
  void map(byte[] table, Place to) {
    BytePointer from = new BytePointer(codes.start());
    BytePointer into = new BytePointer(to.start());
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      for (int i = 0; i < count; i++) {
        bytes[i] = table[read[i] & 0xFF];
      }
      into.position(at).put(bytes, 0, count);
    }
  }

  @Override
  public void map(float[] table, Place to) {
    BytePointer from = new BytePointer(codes.start());
    FloatPointer into = new FloatPointer(to.start());
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      for (int i = 0; i < count; i++) {
        reals[i] = table[read[i] & 0xFF];
      }
      into.position(at).put(reals, 0, count);
    }
  }

  @Override
  public void multiply(float[] table, Place factors, Place to) {
    BytePointer from = new BytePointer(codes.start());
    FloatPointer by = new FloatPointer(factors.start());
    FloatPointer into = new FloatPointer(to.start());
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      by.position(at).get(reals, 0, count);
      for (int i = 0; i < count; i++) {
        reals[i] *= table[read[i] & 0xFF];
      }
      into.position(at).put(reals, 0, count);
    }
  }

  /** The sum of the numbers at each code. */
  double[] sums(Place numbers) {
    BytePointer from = new BytePointer(codes.start());
    FloatPointer of = new FloatPointer(numbers.start());
    double[] sums = new double[ENTRIES];
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      of.position(at).get(reals, 0, count);
      for (int i = 0; i < count; i++) {
        sums[read[i] & 0xFF] += reals[i];
      }
    }
    return sums;
  }

  /** How many codes are marked. */
  long count(boolean[] marks) {
    BytePointer from = new BytePointer(codes.start());
    long marked = 0;
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      for (int i = 0; i < count; i++) {
        marked += marks[read[i] & 0xFF] ? 1 : 0;
      }
    }
    return marked;
  }
}
