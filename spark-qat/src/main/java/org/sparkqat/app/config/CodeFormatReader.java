package org.sparkqat.app.config;

import java.util.OptionalInt;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/** Reads which codes a quantizer has; what is not said is inherited. */
final class CodeFormatReader {

  /** Bits of what is not quantized. */
  private static final String FLOAT = "float";

  private static final int DEFAULT_BITS = 8;
  private static final Bounds WEIGHT_BITS = Bounds.between(2, CodeFormat.MOST_BITS);
  private static final Bounds ACTIVATION_BITS = Bounds.between(1, CodeFormat.MOST_BITS);

  private CodeFormatReader() {}

  /** Binary and ternary weights have a number of bits of their own. */
  static CodeFormat weights(Section section, WeightScheme scheme, WeightQuantizer inherited) {
    int bits = weightBits(section, scheme, inherited);
    Symmetry symmetry = symmetry(section, inherited.symmetry());
    Span span = span(section, symmetry, inherited.format());
    Steps steps = steps(section, inherited.format());
    return new CodeFormat(Math.max(bits, 2), symmetry, Sign.SIGNED, span, steps);
  }

  private static int weightBits(Section section, WeightScheme scheme, WeightQuantizer inherited) {
    return switch (scheme) {
      case BINARY -> section.integer("bits", 1, Bounds.between(1, 1));
      case TERNARY -> section.integer("bits", 2, Bounds.between(2, 2));
      case UNIFORM, TANH -> {
        int bits = inherited.scheme().hasOwnBits() ? DEFAULT_BITS : inherited.bits();
        yield bits(section, bits, WEIGHT_BITS);
      }
    };
  }

  private static int bits(Section section, int inherited, Bounds bounds) {
    return section
        .value("bits", new Kind.WholeOr(FLOAT, bounds.ofInt()), OptionalInt.of(inherited))
        .orElse(inherited);
  }

  /** True when a group that has been read says that nothing is quantized. */
  static boolean staysFloat(Section section) {
    return FLOAT.equals(section.resolved().get("bits"));
  }

  static CodeFormat activations(Section section, CodeFormat inherited) {
    int bits = bits(section, inherited.bits(), ACTIVATION_BITS);
    Symmetry symmetry = symmetry(section, inherited.symmetry());
    boolean signed =
        section.flag(
            "signed",
            symmetry == inherited.symmetry()
                ? inherited.sign() == Sign.SIGNED
                : symmetry == Symmetry.SYMMETRIC);
    Span span = span(section, symmetry, inherited);
    Steps steps = steps(section, inherited);
    Sign sign = signed ? Sign.SIGNED : Sign.UNSIGNED;
    return section
        .checked("bits", () -> new CodeFormat(bits, symmetry, sign, span, steps))
        .orElse(inherited);
  }

  private static Symmetry symmetry(Section section, Symmetry inherited) {
    return section.flag("symmetric", inherited == Symmetry.SYMMETRIC)
        ? Symmetry.SYMMETRIC
        : Symmetry.ASYMMETRIC;
  }

  private static Span span(Section section, Symmetry symmetry, CodeFormat inherited) {
    boolean full =
        symmetry == inherited.symmetry()
            ? inherited.span() == Span.FULL
            : symmetry == Symmetry.ASYMMETRIC;
    return section.flag("full-range", full) ? Span.FULL : Span.NARROW;
  }

  private static Steps steps(Section section, CodeFormat inherited) {
    boolean power = inherited.steps() == Steps.POWER_OF_TWO;
    return section.flag("power-of-two", power) ? Steps.POWER_OF_TWO : Steps.ANY;
  }
}
