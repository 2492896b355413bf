package org.sparkqat.export;

import java.util.List;
import java.util.function.Supplier;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;

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
      Granularity.PER_CHANNEL);

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

  @Override
  public QuantizationScheme get() {
    return scheme;
  }

  /** True when one scale holds for all channels of an activation. */
  boolean isPerTensor() {
    return scheme.activations().granularity() == Granularity.PER_TENSOR;
  }
}
