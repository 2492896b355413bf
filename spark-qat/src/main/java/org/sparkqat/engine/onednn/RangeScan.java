package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.FloatPointer;
import org.sparkqat.engine.RangeTerms;
import org.sparkqat.network.Activation;

/**
 * What a learned range needs of values and gradients in native memory, which no primitive gives: a
 * piece at a time is copied to arrays that stay in the processor's first cache.
 */
final class RangeScan {

  private static final int PIECE = 4096;

  private final Place values;
  private final Place diff;
  private final Quantizer quantizer;
  private final int slot;
  private final float[] piece = new float[PIECE];
  private final float[] terms;

  /**
   * A scan of one quantizer's values.
   *
   * @param values before the activation
   * @param diff gradients of the quantized values
   * @param slot of the range
   */
  RangeScan(Place values, Place diff, Quantizer quantizer, int size, int slot) {
    this.values = values;
    this.diff = diff;
    this.quantizer = quantizer;
    this.slot = slot;
    this.terms = new float[size];
  }

  /** Keeps the terms of the values at hand. */
  void forward() {
    FloatPointer from = new FloatPointer(values.start());
    for (int first = 0; first < terms.length; first += PIECE) {
      int count = Math.min(PIECE, terms.length - first);
      from.position(first).get(piece, 0, count);
      activate(count);
      RangeTerms.of(piece, 0, quantizer.affine(), terms, first, count);
    }
  }

  private void activate(int count) {
    Activation activation = quantizer.activation();
    if (activation == Activation.NONE) {
      return;
    }
    float most = activation.of(Float.POSITIVE_INFINITY);
    for (int i = 0; i < count; i++) {
      piece[i] = Math.min(most, Math.max(0f, piece[i]));
    }
  }

  /** Adds the sums of the gradients at hand. */
  void backward(double[] sums) {
    FloatPointer from = new FloatPointer(diff.start());
    for (int first = 0; first < terms.length; first += PIECE) {
      int count = Math.min(PIECE, terms.length - first);
      from.position(first).get(piece, 0, count);
      RangeTerms.add(piece, 0, terms, first, count, 1, sums, slot);
    }
  }

  /** Bytes of the terms. */
  long bytes() {
    return (long) terms.length * Float.BYTES;
  }
}
