package org.sparkqat.export;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;

/** The quantization schemes that are exported in tests. */
enum Schemes implements Supplier<QuantizationScheme> {
  W8A8(8, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 8, Symmetry.ASYMMETRIC),
  W4A4(4, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 4, Symmetry.ASYMMETRIC),
  W2A2(2, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 2, Symmetry.ASYMMETRIC),
  WEIGHTS_PER_TENSOR(8, Symmetry.SYMMETRIC, Granularity.PER_TENSOR, 8, Symmetry.ASYMMETRIC),
  WEIGHTS_ASYMMETRIC(8, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL, 8, Symmetry.ASYMMETRIC),
  WEIGHTS_ASYMMETRIC_PER_TENSOR(
      5, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR, 6, Symmetry.ASYMMETRIC),
  ACTIVATIONS_SYMMETRIC(8, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 8, Symmetry.SYMMETRIC),
  ACTIVATIONS_SYMMETRIC_4(8, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL, 4, Symmetry.SYMMETRIC),
  ACTIVATIONS_PER_CHANNEL(
      8,
      Symmetry.SYMMETRIC,
      Granularity.PER_CHANNEL,
      8,
      Symmetry.ASYMMETRIC,
      Granularity.PER_CHANNEL),
  ACTIVATIONS_SYMMETRIC_PER_CHANNEL(
      8,
      Symmetry.SYMMETRIC,
      Granularity.PER_TENSOR,
      3,
      Symmetry.SYMMETRIC,
      Granularity.PER_CHANNEL),
  BINARY(WeightQuantizer.of(WeightScheme.BINARY, Granularity.PER_CHANNEL), CodeFormat.unsigned(1)),
  TERNARY(WeightQuantizer.of(WeightScheme.TERNARY, Granularity.PER_TENSOR), CodeFormat.unsigned(2)),
  TANH(
      new WeightQuantizer(
          CodeFormat.signed(4, Symmetry.SYMMETRIC), Granularity.PER_CHANNEL, 1, WeightScheme.TANH),
      CodeFormat.unsigned(4)),
  LEARNED_SCALES(
      new WeightQuantizer(4, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL)
          .withRange(WeightRange.LSQ),
      CodeFormat.unsigned(4)),
  LEARNED_SCALES_PER_TENSOR(
      new WeightQuantizer(
              new CodeFormat(4, Symmetry.SYMMETRIC, Sign.SIGNED, Span.FULL, Steps.ANY),
              Granularity.PER_TENSOR,
              1,
              WeightScheme.UNIFORM)
          .withRange(WeightRange.LSQ),
      CodeFormat.unsigned(4)),
  GROUPS(
      new WeightQuantizer(
          CodeFormat.signed(4, Symmetry.SYMMETRIC), Granularity.PER_GROUP, 2, WeightScheme.UNIFORM),
      CodeFormat.unsigned(8)),
  TWELVE_BITS(
      new WeightQuantizer(12, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL),
      CodeFormat.unsigned(12)),
  POWERS_OF_TWO(
      new WeightQuantizer(
          new CodeFormat(8, Symmetry.SYMMETRIC, Sign.SIGNED, Span.FULL, Steps.POWER_OF_TWO),
          Granularity.PER_CHANNEL,
          1,
          WeightScheme.UNIFORM),
      new CodeFormat(8, Symmetry.ASYMMETRIC, Sign.SIGNED, Span.FULL, Steps.POWER_OF_TWO)),
  RESIDUALS(8),
  FLOAT_ISLANDS(QuantizationRule.real("*n*", EnumSet.allOf(Part.class))),
  FLOAT_FULLY_CONNECTED(
      new QuantizationRule(
          "*",
          Optional.of("fully-connected"),
          Optional.empty(),
          Optional.empty(),
          EnumSet.allOf(Part.class))),
  FLOAT_WEIGHTS(QuantizationRule.real("*", Set.of(Part.WEIGHTS))),
  FLOAT_ACTIVATIONS(QuantizationRule.real("*", Set.of(Part.ACTIVATIONS))),
  ACTIVATIONS_UNSIGNED_SYMMETRIC(
      WeightQuantizer.DEFAULT,
      new CodeFormat(8, Symmetry.SYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.ANY));

  // A record of records: immutable, though nothing annotates it so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final QuantizationScheme scheme;

  Schemes(int bits, Symmetry symmetry, Granularity granularity, int outputs, Symmetry output) {
    this(bits, symmetry, granularity, outputs, output, Granularity.PER_TENSOR);
  }

  Schemes(
      int weightBits,
      Symmetry weightSymmetry,
      Granularity weightGranularity,
      int bits,
      Symmetry symmetry,
      Granularity granularity) {
    this.scheme =
        new QuantizationScheme(
            new WeightQuantizer(weightBits, weightSymmetry, weightGranularity),
            new ActivationQuantizer(bits, symmetry, granularity, new Observer.MinMax()),
            0,
            List.of());
  }

  /** 4 bits but for residual tensors. */
  Schemes(int residualBits) {
    this.scheme =
        new QuantizationScheme(
                WeightQuantizer.DEFAULT.withBits(4),
                new ActivationQuantizer(
                    CodeFormat.unsigned(4), Granularity.PER_TENSOR, new Observer.MinMax()),
                0,
                List.of())
            .residualBits(residualBits);
  }

  Schemes(QuantizationRule rule) {
    this.scheme =
        new QuantizationScheme(
            WeightQuantizer.DEFAULT,
            new ActivationQuantizer(
                CodeFormat.unsigned(8), Granularity.PER_TENSOR, new Observer.MinMax()),
            0,
            List.of(rule));
  }

  Schemes(WeightQuantizer weights, CodeFormat activations) {
    this.scheme =
        new QuantizationScheme(
            weights,
            new ActivationQuantizer(activations, Granularity.PER_TENSOR, new Observer.MinMax()),
            0,
            List.of());
  }

  @Override
  public QuantizationScheme get() {
    return scheme;
  }

  /** True when runtimes compute with integers. */
  boolean isInteger() {
    return scheme.rules().isEmpty()
        && scheme.weights().fitsKernels()
        && scheme.activations().fitsKernels();
  }

  /** False where products of scales are powers of two, so that many sums lie at ties. */
  boolean tiesAreRare() {
    return scheme.activations().format().steps() == Steps.ANY;
  }
}
