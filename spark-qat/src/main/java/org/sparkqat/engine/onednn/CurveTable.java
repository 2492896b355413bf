package org.sparkqat.engine.onednn;

import org.sparkqat.engine.Curve;

/** Values and slopes of an activation function at each of the codes that it reads. */
final class CurveTable {

  private final Curve curve;
  private final Quantizer source;
  final float[] values;
  final float[] slopes;
  private float scale = Float.NaN;
  private int zeroPoint;

  /** A table of nothing before {@link #update}. */
  CurveTable(Curve curve, Quantizer source) {
    this.curve = curve;
    this.source = source;
    this.values = new float[source.entries()];
    this.slopes = new float[values.length];
  }

  /** Makes the table that of the range and the gain in force; false: it was already. */
  boolean update() {
    if (source.realScale() == scale && source.zeroPoint() == zeroPoint) {
      return false;
    }
    scale = source.realScale();
    zeroPoint = source.zeroPoint();
    for (int entry = 0; entry < values.length; entry++) {
      float x = scale * source.centeredOf(entry);
      values[entry] = curve.value(x);
      slopes[entry] = curve.slope(x);
    }
    return true;
  }
}
