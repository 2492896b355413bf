package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;

/**
 * Every form of quantizer, of a given number of bits, that integers alone can compute: what is
 * neither refused by the quantizers themselves nor has a scale per group, a scale for each channel
 * of an activation, or a dynamic range.
 */
final class QuantizerForms {

  private static final List<Granularity> OF_WEIGHTS =
      List.of(Granularity.PER_TENSOR, Granularity.PER_CHANNEL);

  private QuantizerForms() {}

  /** Uniform and tanh weights, observed and learned. */
  static List<WeightQuantizer> weights(int bits) {
    List<WeightQuantizer> forms = new ArrayList<>();
    for (CodeFormat format : formats(bits, Sign.SIGNED)) {
      for (Granularity granularity : OF_WEIGHTS) {
        for (WeightScheme scheme : WeightScheme.values()) {
          for (WeightRange range : WeightRange.values()) {
            if (!scheme.hasOwnBits()) {
              ifLegal(() -> new WeightQuantizer(format, granularity, 1, scheme, range))
                  .ifPresent(forms::add);
            }
          }
        }
      }
    }
    return forms;
  }

  /** Binary and ternary weights, whose scheme decides the bits. */
  static List<WeightQuantizer> weightsOfOwnBits() {
    List<WeightQuantizer> forms = new ArrayList<>();
    for (WeightScheme scheme : WeightScheme.values()) {
      for (Granularity granularity : OF_WEIGHTS) {
        if (scheme.hasOwnBits()) {
          forms.add(WeightQuantizer.of(scheme, granularity));
        }
      }
    }
    return forms;
  }

  /** Activations of one range. */
  static List<ActivationQuantizer> activations(int bits) {
    List<ActivationQuantizer> forms = new ArrayList<>();
    for (Sign sign : Sign.values()) {
      for (CodeFormat format : formats(bits, sign)) {
        for (ActivationRange range : ActivationRange.values()) {
          if (!range.isDynamic()) {
            ifLegal(() -> activation(format, range)).ifPresent(forms::add);
          }
        }
      }
    }
    return forms;
  }

  private static ActivationQuantizer activation(CodeFormat format, ActivationRange range) {
    return new ActivationQuantizer(
        format, Granularity.PER_TENSOR, ActivationQuantizer.DEFAULT.observer(), range);
  }

  private static List<CodeFormat> formats(int bits, Sign sign) {
    List<CodeFormat> formats = new ArrayList<>();
    if (bits == 1 && sign == Sign.SIGNED) {
      return formats;
    }
    for (Symmetry symmetry : Symmetry.values()) {
      for (Steps steps : Steps.values()) {
        for (Span span : Span.values()) {
          // Unsigned codes have one span.
          if (sign == Sign.SIGNED || span == Span.FULL) {
            formats.add(new CodeFormat(bits, symmetry, sign, span, steps));
          }
        }
      }
    }
    return formats;
  }

  private static <T> Optional<T> ifLegal(Supplier<T> maker) {
    try {
      return Optional.of(maker.get());
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
  }
}
