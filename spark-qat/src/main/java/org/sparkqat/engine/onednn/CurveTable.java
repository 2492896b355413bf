package org.sparkqat.engine.onednn;

import org.sparkqat.engine.Curve;

/** Values and slopes of an activation function at each of the codes that it reads. */
final class CurveTable {

  private final Curve curve;
  private final Quantizer source;
  final float[] values;
  final float[] slopes;
  private float scale = Float.NaN;
  private int first;

  /** A table of nothing before {@link #update}. */
  CurveTable(Curve curve, Quantizer source) {
    this.curve = curve;
    this.source = source;
    int wide = source.codes().quantMax() - source.codes().quantMin() + 1;
    this.values = new float[source.inBytes() ? CodeScan.ENTRIES : wide];
    this.slopes = new float[values.length];
  }

  /** Makes the table that of the range and the gain in force; false: it was already. */
  boolean update() {
    if (source.realScale() == scale && centered(0) == first) {
      return false;
    }
    scale = source.realScale();
    first = centered(0);
    for (int entry = 0; entry < values.length; entry++) {
      float x = scale * centered(entry);
      values[entry] = curve.value(x);
      slopes[entry] = curve.slope(x);
    }
    return true;
  }

  /**
   * The code, less its zero point, of an entry: the bits of a byte, or the place among all codes.
   */
  private int centered(int entry) {
    if (!source.inBytes()) {
      return source.affine().lowest() + entry;
    }
    int code = source.codes().quantMin() < 0 ? (byte) entry : entry;
    return code - source.zeroPoint();
  }
}
