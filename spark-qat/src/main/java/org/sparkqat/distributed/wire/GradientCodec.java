package org.sparkqat.distributed.wire;

/** Rounds gradients to the numbers of one encoding, and writes such numbers without loss. */
public interface GradientCodec {

  /**
   * Rounds {@code gradient + residual}.
   *
   * @param gradient changed to numbers that {@link #write} keeps; what is not finite stays so
   * @param residual changed to what is lost
   */
  void round(float[] gradient, float[] residual);

  /** Bytes that {@link #write} takes. */
  long size(int elements);

  /** Writes what {@link #round} has returned. */
  void write(Wire wire, float[] rounded);

  float[] read(Wire wire);
}
