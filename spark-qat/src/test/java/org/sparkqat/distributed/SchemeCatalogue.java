package org.sparkqat.distributed;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;

/** Every way to quantize, in as few schemes as name each of them. */
public final class SchemeCatalogue {

  /** The scheme of ranges of which only the upper end is learned. */
  static final String LEARNED_ENDS = "learned ends, clipped and frozen";

  private static final WeightQuantizer WEIGHTS = WeightQuantizer.DEFAULT;
  private static final ActivationQuantizer ACTIVATIONS = ActivationQuantizer.DEFAULT;
  private static final CodeFormat FOUR_BITS = CodeFormat.signed(4, Symmetry.SYMMETRIC);

  private final Map<String, QuantizationScheme> schemes = new TreeMap<>();

  private SchemeCatalogue() {}

  /** The schemes by what is special about them. */
  public static Map<String, QuantizationScheme> schemes() {
    SchemeCatalogue catalogue = new SchemeCatalogue();
    catalogue.observers();
    catalogue.weightSchemes();
    catalogue.formats();
    catalogue.integerTrue();
    catalogue.learnedRanges();
    catalogue.dynamicRanges();
    return catalogue.schemes;
  }

  private void add(String name, QuantizationScheme scheme) {
    schemes.put(name, scheme);
  }

  private static QuantizationScheme scheme(
      WeightQuantizer weights, ActivationQuantizer activations) {
    return new QuantizationScheme(weights, activations, 0, List.of());
  }

  private static WeightQuantizer weights(int bits, WeightScheme scheme) {
    return new WeightQuantizer(
        CodeFormat.signed(bits, Symmetry.SYMMETRIC), Granularity.PER_CHANNEL, 1, scheme);
  }

  private static ActivationQuantizer activations(CodeFormat format) {
    return new ActivationQuantizer(format, Granularity.PER_TENSOR, ACTIVATIONS.observer());
  }

  /** Weights and activations of so many bits. */
  static QuantizationScheme observed(int bits, Observer observer) {
    return scheme(
        WEIGHTS.withBits(bits),
        new ActivationQuantizer(CodeFormat.unsigned(bits), Granularity.PER_TENSOR, observer));
  }

  private void observers() {
    add("min-max", observed(8, new Observer.MinMax()));
    add("percentile, 7 bits", observed(7, new Observer.Percentile(0.99)));
    add("mean-squared-error, 6 bits", observed(6, new Observer.LeastSquares()));
    add("kullback-leibler, 5 bits", observed(5, new Observer.LeastDivergence()));
    add(
        "histograms per channel",
        scheme(
            WEIGHTS.withBits(3),
            new ActivationQuantizer(
                CodeFormat.unsigned(4), Granularity.PER_CHANNEL, new Observer.LeastSquares())));
  }

  private void weightSchemes() {
    add(
        "binary",
        scheme(
            WeightQuantizer.of(WeightScheme.BINARY, Granularity.PER_CHANNEL),
            activations(CodeFormat.unsigned(1))));
    add(
        "ternary",
        scheme(
            WeightQuantizer.of(WeightScheme.TERNARY, Granularity.PER_TENSOR),
            activations(CodeFormat.unsigned(2))));
    add("tanh", scheme(weights(4, WeightScheme.TANH), activations(CodeFormat.unsigned(3))));
    add(
        "groups",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_GROUP, 2, WeightScheme.UNIFORM),
            ACTIVATIONS));
  }

  private void formats() {
    add(
        "powers of two",
        scheme(
            new WeightQuantizer(
                new CodeFormat(8, Symmetry.SYMMETRIC, Sign.SIGNED, Span.FULL, Steps.POWER_OF_TWO),
                Granularity.PER_CHANNEL,
                1,
                WeightScheme.UNIFORM),
            activations(
                new CodeFormat(
                    8, Symmetry.ASYMMETRIC, Sign.SIGNED, Span.FULL, Steps.POWER_OF_TWO))));
    add(
        "asymmetric weights, signed activations",
        scheme(
            new WeightQuantizer(8, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL),
            activations(CodeFormat.signed(8, Symmetry.SYMMETRIC))));
    add(
        "unsigned symmetric activations, first and last layer",
        new QuantizationScheme(
            WEIGHTS.withBits(2),
            activations(new CodeFormat(3, Symmetry.SYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.ANY)),
            8,
            List.of()));
    // More than 8 bits compute in float; each layer has others.
    add("9 to 12 bits", bitsByLayer(9));
    add("13 to 16 bits", bitsByLayer(13));
    add(
        "float islands",
        new QuantizationScheme(
            WEIGHTS,
            ACTIVATIONS,
            8,
            List.of(
                QuantizationRule.real("conv2", EnumSet.allOf(Part.class)),
                QuantizationRule.real("fc", Set.of(Part.WEIGHTS)))));
  }

  private static QuantizationScheme bitsByLayer(int least) {
    return new QuantizationScheme(
        WEIGHTS.withBits(least),
        activations(CodeFormat.unsigned(least)),
        0,
        List.of(
            rule("conv1", least + 1),
            rule("conv2", least + 2),
            rule("fc", least + 3),
            new QuantizationRule(
                "sum",
                Optional.empty(),
                Optional.of(activations(CodeFormat.unsigned(least + 3))))));
  }

  private static QuantizationRule rule(String layer, int bits) {
    return new QuantizationRule(
        layer,
        Optional.of(WEIGHTS.withBits(bits)),
        Optional.of(activations(CodeFormat.unsigned(bits))));
  }

  private void integerTrue() {
    for (Rounding rounding : Rounding.values()) {
      add(
          "integer-true " + rounding.text(),
          scheme(WEIGHTS, ACTIVATIONS).integerTrue(Optional.of(rounding)));
    }
  }

  private void learnedRanges() {
    WeightQuantizer perTensor =
        new WeightQuantizer(FOUR_BITS, Granularity.PER_TENSOR, 1, WeightScheme.UNIFORM);
    add(
        "learned scales",
        scheme(
            weights(4, WeightScheme.UNIFORM).withRange(WeightRange.LSQ),
            activations(CodeFormat.unsigned(4)).withRange(ActivationRange.LSQ)));
    add(
        "learned scales and offsets per channel",
        scheme(
            perTensor.withRange(WeightRange.LSQ),
            new ActivationQuantizer(
                CodeFormat.unsigned(4),
                Granularity.PER_CHANNEL,
                new Observer.LeastSquares(),
                ActivationRange.LSQ_PLUS)));
    add(
        LEARNED_ENDS,
        scheme(WEIGHTS, activations(CodeFormat.unsigned(3)).withRange(ActivationRange.PACT)));
  }

  private void dynamicRanges() {
    add(
        "dynamic",
        scheme(WEIGHTS, activations(CodeFormat.unsigned(8)).withRange(ActivationRange.DYNAMIC)));
    add(
        "dynamic per row",
        scheme(WEIGHTS, activations(FOUR_BITS).withRange(ActivationRange.DYNAMIC_PER_ROW)));
  }
}
