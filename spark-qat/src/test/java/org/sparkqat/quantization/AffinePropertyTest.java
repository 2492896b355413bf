package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;

/** What holds for every quantizer, over random ranges and values. */
class AffinePropertyTest {

  private static final int RANGES = 40;
  private static final int VALUES = 50;
  private static final int MOST_CODES = 1 << 10;

  // The quotient is rounded to float32 once, at most 2^-17 of a code for codes below 256; the
  // product with the scale adds as much.
  private static final double ROUNDING_OF_A_CODE = 0x1p-23;

  private final Random random = RandomInputs.random();

  static Stream<CodeFormat> formats() {
    List<CodeFormat> formats = new ArrayList<>();
    for (int bits = 1; bits <= CodeFormat.MOST_BITS; bits++) {
      for (Symmetry symmetry : Symmetry.values()) {
        for (CodeFormat.Steps steps : CodeFormat.Steps.values()) {
          add(formats, bits, symmetry, steps);
        }
      }
    }
    return formats.stream();
  }

  private static void add(
      List<CodeFormat> formats, int bits, Symmetry symmetry, CodeFormat.Steps steps) {
    formats.add(new CodeFormat(bits, symmetry, Sign.UNSIGNED, Span.FULL, steps));
    if (bits > 1) {
      formats.add(new CodeFormat(bits, symmetry, Sign.SIGNED, Span.FULL, steps));
      formats.add(new CodeFormat(bits, symmetry, Sign.SIGNED, Span.NARROW, steps));
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void scaleAndZeroPointAreThoseOfExactArithmetic(CodeFormat format) {
    for (Range range : ranges(format)) {
      Affine affine = format.affine(range);
      float scale = AffineOracle.scale(range, format);
      boolean symmetric = format.symmetry() == Symmetry.SYMMETRIC;

      assertThat(affine.scale()).as("scale of %s", range).isEqualTo(scale);
      assertThat(affine.zeroPoint())
          .as("zero point of %s", range)
          .isEqualTo(symmetric ? 0 : AffineOracle.zeroPoint(range, format.codes(), scale));
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void codesAreThoseOfExactArithmeticExceptBesideTies(CodeFormat format) {
    forEachValue(
        format,
        (affine, x) -> {
          if (AffineOracle.distanceFromTie(x, affine) > rounding(format)) {
            assertThat(affine.quantize(x))
                .as("code of %s with %s", x, affine)
                .isEqualTo(AffineOracle.quantize(x, affine));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("formats")
  void insideTheRangeTheErrorIsAtMostHalfACode(CodeFormat format) {
    for (Range range : ranges(format)) {
      Affine affine = format.affine(range);
      for (float x : inside(range, format)) {
        double error = Math.abs((double) x - affine.fakeQuantize(x)) / affine.scale();
        assertThat(error)
            .as("error of %s in codes of %s, range %s", x, affine, range)
            .isLessThanOrEqualTo(0.5 + rounding(format));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void quantizingTwiceIsQuantizingOnce(CodeFormat format) {
    forEachValue(
        format,
        (affine, x) -> {
          float once = affine.fakeQuantize(x);
          assertThat(affine.fakeQuantize(once)).as("%s with %s", x, affine).isEqualTo(once);
        });
  }

  @ParameterizedTest
  @MethodSource("formats")
  void everyCodeIsTheCodeOfItsRealNumber(CodeFormat format) {
    for (Range range : ranges(format)) {
      Affine affine = format.affine(range);
      int step = Math.max(1, (1 << format.bits()) / MOST_CODES);
      for (int code = format.codes().quantMin(); code <= format.codes().quantMax(); code += step) {
        assertThat(affine.quantize(affine.dequantize(code))).as("%s", affine).isEqualTo(code);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void zeroIsExact(CodeFormat format) {
    for (Range range : ranges(format)) {
      Affine affine = format.affine(range);

      assertThat(affine.quantize(0f)).isEqualTo(affine.zeroPoint());
      assertThat(affine.fakeQuantize(0f)).isEqualTo(0f);
      assertThat(affine.fakeQuantize(-0f)).isEqualTo(0f);
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void quantizingKeepsTheOrder(CodeFormat format) {
    for (Range range : ranges(format)) {
      Affine affine = format.affine(range);
      float[] values = values(range);
      Arrays.sort(values);

      int[] codes = new int[values.length];
      Arrays.setAll(codes, i -> affine.quantize(values[i]));

      assertThat(codes).as("codes of %s with %s", Arrays.toString(values), affine).isSorted();
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void arraysAreQuantizedAsSingleValuesAndMaskedWhereTheCodeWouldLieOutside(CodeFormat format) {
    for (Range range : ranges(format)) {
      Affine affine = format.affine(range);
      float[] values = values(range);
      float[] centered = new float[values.length];
      float[] masked = values.clone();
      float[] mask = new float[values.length];

      affine.centered(values, centered, 0, values.length);
      affine.centeredWithMask(masked, mask, 0, values.length);

      for (int i = 0; i < values.length; i++) {
        assertThat(centered[i]).isEqualTo(affine.centered(values[i])).isEqualTo(masked[i]);
        assertThat((int) centered[i] + affine.zeroPoint()).isEqualTo(affine.quantize(values[i]));
        double unclamped = Math.rint(values[i] / affine.scale());
        boolean inside = unclamped >= affine.lowest() && unclamped <= affine.highest();
        assertThat(mask[i]).as("mask of %s", values[i]).isEqualTo(inside ? 1 : -1);
      }
    }
  }

  private static double rounding(CodeFormat format) {
    return ROUNDING_OF_A_CODE * (1 << Math.max(8, format.bits()));
  }

  private void forEachValue(CodeFormat format, BiConsumer<Affine, Float> property) {
    for (Range range : ranges(format)) {
      for (float x : values(range)) {
        property.accept(format.affine(range), x);
      }
    }
  }

  /** Ranges of any sign and of widths from subnormal scales to nearly infinite. */
  private List<Range> ranges(CodeFormat format) {
    List<Range> ranges = new ArrayList<>();
    while (ranges.size() < RANGES) {
      float a = magnitude();
      float b = random.nextInt(4) == 0 ? 0f : magnitude();
      Range range = new Range(Math.min(a, b), Math.max(a, b));
      if (!format.collapses(range)) {
        ranges.add(range);
      }
    }
    return ranges;
  }

  private float magnitude() {
    boolean ordinary = random.nextInt(3) != 0;
    double exponent = ordinary ? random.nextDouble(-8, 8) : random.nextDouble(-117, 126);
    return (float) ((random.nextBoolean() ? 1 : -1) * Math.pow(2, exponent));
  }

  /** Values inside, beside and far outside of the range. */
  private float[] values(Range range) {
    double width = Math.max(Math.abs((double) range.min()), Math.abs((double) range.max()));
    float[] values = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      double spread = i % 10 == 0 ? 1e6 : 1.5;
      double value = width * spread * random.nextDouble(-1, 1);
      values[i] = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
    }
    return values;
  }

  /** Values between the ends that the quantizer makes of the range, 0 being one, and the ends. */
  private float[] inside(Range range, CodeFormat format) {
    boolean unsigned = format.symmetry() == Symmetry.SYMMETRIC && format.sign() == Sign.UNSIGNED;
    double low = unsigned ? 0 : Math.min(range.min(), 0);
    double high = Math.max(range.max(), 0);
    float[] values = new float[VALUES];
    for (int i = 2; i < VALUES; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    values[0] = (float) low;
    values[1] = (float) high;
    return values;
  }
}
