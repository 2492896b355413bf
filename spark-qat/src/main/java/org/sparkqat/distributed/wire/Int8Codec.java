package org.sparkqat.distributed.wire;

/**
 * Multiples {@code q}, -127 to 127, of {@code 2^e}, with one {@code e} for each 256 elements: the
 * exponent of the largest of them, less 6. Because the unit is a power of two, the multiples are
 * exact floats and give the same {@code e} again. -128 stands for what is not finite.
 */
final class Int8Codec implements GradientCodec {

  private static final int BLOCK = 256;
  private static final int LARGEST = 127;
  private static final byte NOT_FINITE = -128;

  /** Exponent of a block of zeros, or of numbers so small that they wait in the residual. */
  private static final byte ZERO = -128;

  private static final int SMALLEST_EXPONENT = -100;
  private static final int INFINITE_BITS = 0x7f800000;
  private static final int ABSOLUTE = 0x7fffffff;

  /** Adding and subtracting it leaves the nearest integer, of two the even one. */
  private static final float ROUNDER = 1.5f * (1 << 23);

  @Override
  public void round(float[] gradient, float[] residual) {
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += residual[i];
    }
    for (int from = 0; from < gradient.length; from += BLOCK) {
      int to = Math.min(from + BLOCK, gradient.length);
      byte exponent = exponent(gradient, from, to);
      float unit = exponent == ZERO ? 0f : power(exponent);
      float inverse = exponent == ZERO ? 0f : power(-exponent);
      for (int i = from; i < to; i++) {
        float exact = gradient[i];
        float multiple = (exact * inverse + ROUNDER) - ROUNDER;
        // Adding 0 makes -0 to 0, which has no code of its own.
        float rounded = Math.max(-LARGEST, Math.min(LARGEST, multiple)) * unit + 0f;
        gradient[i] = Math.abs(exact) <= Float.MAX_VALUE ? rounded : Float.NaN;
        residual[i] = exact - gradient[i];
      }
    }
  }

  private static byte exponent(float[] values, int from, int to) {
    int largest = 0;
    for (int i = from; i < to; i++) {
      int bits = Float.floatToRawIntBits(values[i]) & ABSOLUTE;
      largest = Math.max(largest, bits < INFINITE_BITS ? bits : 0);
    }
    int exponent = (largest >>> 23) - 127;
    return exponent < SMALLEST_EXPONENT ? ZERO : (byte) (exponent - 6);
  }

  private static float power(int exponent) {
    return Float.intBitsToFloat((exponent + 127) << 23);
  }

  @Override
  public long size(int elements) {
    return 8 + (long) elements + blocks(elements);
  }

  private static int blocks(int elements) {
    return elements / BLOCK + (elements % BLOCK == 0 ? 0 : 1);
  }

  @Override
  public void write(Wire wire, float[] rounded) {
    byte[] exponents = new byte[blocks(rounded.length)];
    byte[] codes = new byte[rounded.length];
    for (int block = 0; block < exponents.length; block++) {
      int from = block * BLOCK;
      int to = Math.min(from + BLOCK, rounded.length);
      byte exponent = exponent(rounded, from, to);
      float inverse = exponent == ZERO ? 0f : power(-exponent);
      for (int i = from; i < to; i++) {
        codes[i] = Float.isNaN(rounded[i]) ? NOT_FINITE : (byte) (int) (rounded[i] * inverse);
      }
      exponents[block] = exponent;
    }
    wire.putBytes(exponents).putBytes(codes);
  }

  @Override
  public float[] read(Wire wire) {
    byte[] exponents = wire.getBytes();
    byte[] codes = wire.getBytes();
    if (exponents.length != blocks(codes.length)) {
      throw new IllegalArgumentException(
          "Invalid message: %d blocks of %d elements".formatted(exponents.length, codes.length));
    }
    float[] values = new float[codes.length];
    for (int block = 0; block < exponents.length; block++) {
      int from = block * BLOCK;
      int to = Math.min(from + BLOCK, codes.length);
      float unit = exponents[block] == ZERO ? 0f : power(exponents[block]);
      for (int i = from; i < to; i++) {
        values[i] = codes[i] == NOT_FINITE ? Float.NaN : codes[i] * unit;
      }
    }
    return values;
  }
}
