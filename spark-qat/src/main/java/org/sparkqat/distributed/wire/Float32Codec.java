package org.sparkqat.distributed.wire;

/** Floats as they are. */
final class Float32Codec implements GradientCodec {

  @Override
  public void round(float[] gradient, float[] residual) {
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] += residual[i];
      residual[i] = 0;
    }
  }

  @Override
  public long size(int elements) {
    return 4 + 4L * elements;
  }

  @Override
  public void write(Wire wire, float[] rounded) {
    wire.putFloats(rounded);
  }

  @Override
  public float[] read(Wire wire) {
    return wire.getFloats();
  }
}
