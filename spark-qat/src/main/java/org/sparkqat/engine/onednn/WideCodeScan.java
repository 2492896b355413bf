package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.FloatPointer;

/** As {@link CodeScan}, of codes that lie in native memory as floats, less their zero points. */
final class WideCodeScan implements TableScan {

  private static final int PIECE = 4096;

  private final Place codes;
  private final int size;
  private final Quantizer quantizer;
  private final float[] read = new float[PIECE];
  private final float[] reals = new float[PIECE];

  /**
   * A scan of codes.
   *
   * @param size how many there are
   * @param quantizer which codes there may be
   */
  WideCodeScan(Place codes, int size, Quantizer quantizer) {
    this.codes = codes;
    this.size = size;
    this.quantizer = quantizer;
  }

  @Override
  public void map(float[] table, Place to) {
    FloatPointer from = new FloatPointer(codes.start());
    FloatPointer into = new FloatPointer(to.start());
    int lowest = quantizer.affine().lowest();
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      for (int i = 0; i < count; i++) {
        // NaN has the index of code 0, and adds itself.
        reals[i] = table[(int) read[i] - lowest] + 0f * read[i];
      }
      into.position(at).put(reals, 0, count);
    }
  }

  @Override
  public void multiply(float[] table, Place factors, Place to) {
    FloatPointer from = new FloatPointer(codes.start());
    FloatPointer by = new FloatPointer(factors.start());
    FloatPointer into = new FloatPointer(to.start());
    int lowest = quantizer.affine().lowest();
    for (int at = 0; at < size; at += PIECE) {
      int count = Math.min(PIECE, size - at);
      from.position(at).get(read, 0, count);
      by.position(at).get(reals, 0, count);
      for (int i = 0; i < count; i++) {
        reals[i] *= table[(int) read[i] - lowest];
      }
      into.position(at).put(reals, 0, count);
    }
  }
}
