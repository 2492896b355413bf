package org.sparkqat.engine;

import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Ranges;

/** Values and slopes of an activation function at each of the codes that it reads. */
final class CodeTable {

  private final Curve curve;
  private final QuantizationPoint source;
  private final float[] values;
  private final float[] slopes;
  private int lowest;

  /**
   * A table of nothing before {@link #load}.
   *
   * @param source where the codes come from; it has one scale
   */
  CodeTable(Curve curve, QuantizationPoint source) {
    CodeRange codes = source.quantizer().codes();
    this.curve = curve;
    this.source = source;
    this.values = new float[codes.quantMax() - codes.quantMin() + 1];
    this.slopes = new float[values.length];
  }

  /** As {@link Operation#load}. */
  void load(Ranges ranges) {
    Affine affine = source.quantizer().affine(ranges.range(source.firstSlot()));
    lowest = affine.lowest();
    for (int i = 0; i < values.length; i++) {
      float x = affine.scale() * (lowest + i);
      values[i] = curve.value(x);
      slopes[i] = curve.slope(x);
    }
  }

  /** {@code dst = value(codes)}, codes less their zero point. */
  void values(float[] codes, float[] dst) {
    for (int i = 0; i < dst.length; i++) {
      // NaN has the index of code 0, and adds itself.
      dst[i] = values[(int) codes[i] - lowest] + 0f * codes[i];
    }
  }

  /** {@code diff *= slope(codes)}. */
  void multiplyBySlopes(float[] codes, float[] diff) {
    for (int i = 0; i < diff.length; i++) {
      diff[i] *= slopes[(int) codes[i] - lowest];
    }
  }
}
