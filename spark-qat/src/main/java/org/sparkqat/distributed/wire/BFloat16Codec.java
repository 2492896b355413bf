package org.sparkqat.distributed.wire;

/** The upper 16 bits of a float32: its sign, its exponent and 7 bits of its fraction. */
final class BFloat16Codec implements GradientCodec {

  private static final int UPPER = 0xffff0000;

  @Override
  public void round(float[] gradient, float[] residual) {
    for (int i = 0; i < gradient.length; i++) {
      float exact = gradient[i] + residual[i];
      float rounded = round(exact);
      gradient[i] = rounded;
      residual[i] = exact - rounded;
    }
  }

  /** The nearest one, of two equally near ones the even one. */
  private static float round(float value) {
    if (Float.isNaN(value)) {
      return Float.NaN;
    }
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & UPPER);
  }

  @Override
  public long size(int elements) {
    return 4 + 2L * elements;
  }

  @Override
  public void write(Wire wire, float[] rounded) {
    byte[] halves = new byte[2 * rounded.length];
    for (int i = 0; i < rounded.length; i++) {
      int bits = Float.floatToRawIntBits(rounded[i]);
      halves[2 * i] = (byte) (bits >>> 16);
      halves[2 * i + 1] = (byte) (bits >>> 24);
    }
    wire.putBytes(halves);
  }

  @Override
  public float[] read(Wire wire) {
    byte[] halves = wire.getBytes();
    float[] values = new float[halves.length / 2];
    for (int i = 0; i < values.length; i++) {
      int low = halves[2 * i] & 0xff;
      values[i] = Float.intBitsToFloat(halves[2 * i + 1] << 24 | low << 16);
    }
    return values;
  }
}
