package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;

class CodeTableTest {

  @ParameterizedTest
  @CsvSource({
    "8, ASYMMETRIC, -1, 2",
    "8, ASYMMETRIC, 0, 6",
    "8, ASYMMETRIC, -6, 0",
    "3, ASYMMETRIC, -4, 3",
    "8, SYMMETRIC, -1, 2",
    "2, SYMMETRIC, -9, 9",
    "8, ASYMMETRIC, 0, 0"
  })
  void everyCodeHasTheBitsOfTheFunctionOfItsRealValue(
      int bits, Symmetry symmetry, float min, float max) {
    QuantizationPoint point = point(bits, symmetry);
    Ranges ranges = ranges(min, max);
    Affine affine = point.quantizer().affine(ranges.range(0));
    float[] codes = new float[affine.highest() - affine.lowest() + 1];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = affine.lowest() + i;
    }
    for (Curve curve : Curve.values()) {
      CodeTable table = new CodeTable(curve, point);
      table.load(ranges(-100, 50));
      table.load(ranges);
      float[] values = new float[codes.length];
      float[] diff = new float[codes.length];
      Arrays.fill(diff, 2f);
      table.values(codes, values);
      table.multiplyBySlopes(codes, diff);
      for (int i = 0; i < codes.length; i++) {
        assertThat(values[i]).isEqualTo(curve.value(affine.scale() * codes[i]));
        assertThat(diff[i]).isEqualTo(2 * curve.slope(affine.scale() * codes[i]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNanIsNoCodeAndIsNotLost(Curve curve) {
    CodeTable table = new CodeTable(curve, point(8, Symmetry.ASYMMETRIC));
    table.load(ranges(-1, 2));
    float[] values = new float[2];
    table.values(new float[] {0, Float.NaN}, values);
    assertThat(values[0]).isEqualTo(curve.value(0));
    assertThat(values[1]).isNaN();
  }

  private static QuantizationPoint point(int bits, Symmetry symmetry) {
    ActivationQuantizer quantizer =
        new ActivationQuantizer(
            bits, symmetry, Granularity.PER_TENSOR, ActivationQuantizer.DEFAULT.observer());
    return new QuantizationPoint("source", quantizer, 0, 1);
  }

  private static Ranges ranges(float min, float max) {
    Ranges ranges = Ranges.empty(1);
    ranges.set(0, new Range(min, max));
    return ranges;
  }
}
