package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every quantizer, over random ranges and values. */
class AffinePropertyTest {

  private static final int RANGES = 40;
  private static final int VALUES = 50;
  // The quotient is rounded to float32 once, at most 2^-17 of a code for codes below 256; the
  // product with the scale adds as much.
  private static final double ROUNDING = 0x1p-15;

  private final Random random = RandomInputs.random();

  /** Codes and symmetry of one quantizer. */
  record Kind(CodeRange codes, Symmetry symmetry) {

    Affine affine(Range range) {
      return Affine.of(range, codes, symmetry);
    }
  }

  static Stream<Kind> kinds() {
    return IntStream.rangeClosed(2, 8)
        .boxed()
        .flatMap(
            bits ->
                Stream.of(
                    new Kind(CodeRange.unsigned(bits), Symmetry.ASYMMETRIC),
                    new Kind(CodeRange.signed(bits), Symmetry.ASYMMETRIC),
                    new Kind(CodeRange.signedNarrow(bits), Symmetry.SYMMETRIC)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void scaleAndZeroPointAreThoseOfExactArithmetic(Kind kind) {
    for (Range range : ranges()) {
      Affine affine = kind.affine(range);
      float scale = AffineOracle.scale(range, kind.codes, kind.symmetry);
      boolean symmetric = kind.symmetry == Symmetry.SYMMETRIC;

      assertThat(affine.scale()).as("scale of %s", range).isEqualTo(scale);
      assertThat(affine.zeroPoint())
          .as("zero point of %s", range)
          .isEqualTo(symmetric ? 0 : AffineOracle.zeroPoint(range, kind.codes, scale));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void codesAreThoseOfExactArithmeticExceptBesideTies(Kind kind) {
    forEachValue(
        kind,
        (affine, x) -> {
          if (AffineOracle.distanceFromTie(x, affine) > ROUNDING) {
            assertThat(affine.quantize(x))
                .as("code of %s with %s", x, affine)
                .isEqualTo(AffineOracle.quantize(x, affine));
          }
        });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void insideTheRangeTheErrorIsAtMostHalfACode(Kind kind) {
    for (Range range : ranges()) {
      Affine affine = kind.affine(range);
      for (float x : inside(range, kind)) {
        double error = Math.abs((double) x - affine.fakeQuantize(x)) / affine.scale();
        assertThat(error)
            .as("error of %s in codes of %s, range %s", x, affine, range)
            .isLessThanOrEqualTo(0.5 + ROUNDING);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void quantizingTwiceIsQuantizingOnce(Kind kind) {
    forEachValue(
        kind,
        (affine, x) -> {
          float once = affine.fakeQuantize(x);
          assertThat(affine.fakeQuantize(once)).as("%s with %s", x, affine).isEqualTo(once);
        });
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyCodeIsTheCodeOfItsRealNumber(Kind kind) {
    for (Range range : ranges()) {
      Affine affine = kind.affine(range);
      for (int code = kind.codes.quantMin(); code <= kind.codes.quantMax(); code++) {
        assertThat(affine.quantize(affine.dequantize(code))).as("%s", affine).isEqualTo(code);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void zeroIsExact(Kind kind) {
    for (Range range : ranges()) {
      Affine affine = kind.affine(range);

      assertThat(affine.quantize(0f)).isEqualTo(affine.zeroPoint());
      assertThat(affine.fakeQuantize(0f)).isEqualTo(0f);
      assertThat(affine.fakeQuantize(-0f)).isEqualTo(0f);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void quantizingKeepsTheOrder(Kind kind) {
    for (Range range : ranges()) {
      Affine affine = kind.affine(range);
      float[] values = values(range);
      Arrays.sort(values);

      int[] codes = new int[values.length];
      Arrays.setAll(codes, i -> affine.quantize(values[i]));

      assertThat(codes).as("codes of %s with %s", Arrays.toString(values), affine).isSorted();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void arraysAreQuantizedAsSingleValuesAndMaskedWhereTheCodeWouldLieOutside(Kind kind) {
    for (Range range : ranges()) {
      Affine affine = kind.affine(range);
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

  private void forEachValue(Kind kind, BiConsumer<Affine, Float> property) {
    for (Range range : ranges()) {
      for (float x : values(range)) {
        property.accept(kind.affine(range), x);
      }
    }
  }

  /** Ranges of any sign and of widths from subnormal scales to nearly infinite. */
  private List<Range> ranges() {
    List<Range> ranges = new ArrayList<>();
    while (ranges.size() < RANGES) {
      float a = magnitude();
      float b = random.nextInt(4) == 0 ? 0f : magnitude();
      Range range = new Range(Math.min(a, b), Math.max(a, b));
      if (kinds().noneMatch(kind -> Affine.collapsed(range, kind.codes, kind.symmetry))) {
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

  /** Values between the ends that the quantizer makes of the range, and the ends. */
  private float[] inside(Range range, Kind kind) {
    double bound = Math.max(Math.abs(range.min()), Math.abs(range.max()));
    boolean symmetric = kind.symmetry == Symmetry.SYMMETRIC;
    double low = symmetric ? -bound : Math.min(range.min(), 0);
    double high = symmetric ? bound : Math.max(range.max(), 0);
    float[] values = new float[VALUES];
    for (int i = 2; i < VALUES; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    values[0] = (float) low;
    values[1] = (float) high;
    return values;
  }
}
