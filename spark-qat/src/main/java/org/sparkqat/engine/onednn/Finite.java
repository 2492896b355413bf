package org.sparkqat.engine.onednn;

/** Tells numbers that are finite from infinities and NaN. */
final class Finite {

  private Finite() {}

  static boolean all(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }
}
