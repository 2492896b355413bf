package org.sparkqat.engine;

/**
 * The values of one tensor of a micro-batch, {@code [N, C, H, W]}, and the gradient of the loss
 * with respect to them.
 *
 * <p>The real value is {@code scale * data[i]}. When {@code isCodes}, data holds centered codes as
 * integer-valued floats, so that sums of products of codes are exact below 2^24.
 */
final class Activations {

  final float[] data;
  private final boolean withGradient;
  // Made by the first backward pass: inference needs none.
  float[] diff = {};
  float scale = 1f;
  boolean isCodes;
  private boolean diffWritten;

  Activations(int size, boolean withGradient) {
    this.data = new float[size];
    this.withGradient = withGradient;
  }

  /** Bytes of the values. */
  long bytes() {
    return (long) data.length * Float.BYTES;
  }

  void setReal() {
    scale = 1f;
    isCodes = false;
  }

  void setCodes(float newScale) {
    scale = newScale;
    isCodes = true;
  }

  boolean wantsGradient() {
    return withGradient;
  }

  /** Forgets the gradient of the micro-batch before. */
  void clearGradient() {
    if (withGradient && diff.length == 0) {
      diff = new float[data.length];
    }
    diffWritten = false;
  }

  /** True when no reader has written its gradient yet: the next one overwrites. */
  boolean isFirstGradient() {
    boolean first = !diffWritten;
    diffWritten = true;
    return first;
  }

  /** Adds a reader's gradient to those of the other readers. */
  void addGradient(float[] gradient) {
    if (isFirstGradient()) {
      System.arraycopy(gradient, 0, diff, 0, diff.length);
      return;
    }
    for (int i = 0; i < diff.length; i++) {
      diff[i] += gradient[i];
    }
  }
}
