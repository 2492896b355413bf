package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/**
 * Quantizers in words, all choices that have an effect: codes first, e.g. {@code int8 symmetric
 * narrow per-channel} or {@code uint8 asymmetric per-tensor, moving-average 0.01}, and as values of
 * JSON, whose names are those of the configuration.
 */
final class QuantizerWords {

  private static final double PERCENT_DIGITS = 1e9;

  private QuantizerWords() {}

  static String text(WeightQuantizer quantizer) {
    List<String> words = new ArrayList<>();
    if (quantizer.scheme().hasOwnBits()) {
      words.add(word(quantizer.scheme()));
    } else {
      addFormat(words, quantizer.format());
    }
    words.add(word(quantizer.granularity()));
    if (quantizer.granularity() == Granularity.PER_GROUP) {
      words.add("of " + quantizer.groupSize());
    }
    String text = String.join(" ", words);
    if (quantizer.scheme() == WeightScheme.TANH) {
      text += ", " + word(quantizer.scheme());
    }
    return quantizer.range().isLearned() ? text + ", " + word(quantizer.range()) : text;
  }

  /** A learned range starts from what the observer finds; a dynamic one needs no observer. */
  static String text(ActivationQuantizer quantizer) {
    List<String> words = new ArrayList<>();
    addFormat(words, quantizer.format());
    words.add(word(quantizer.granularity()));
    String text = String.join(" ", words) + ", ";
    String observer = text(quantizer.observer());
    if (quantizer.range().isDynamic()) {
      return text + word(quantizer.range());
    }
    return quantizer.range().isLearned()
        ? text + word(quantizer.range()) + " from " + observer
        : text + observer;
  }

  private static void addFormat(List<String> words, CodeFormat format) {
    words.add((format.sign() == Sign.SIGNED ? "int" : "uint") + format.bits());
    words.add(word(format.symmetry()));
    if (format.sign() == Sign.SIGNED) {
      words.add(word(format.span()));
    }
    if (format.steps() == Steps.POWER_OF_TWO) {
      words.add(word(format.steps()));
    }
  }

  private static String text(Observer observer) {
    String kind = word(Observer.Kind.of(observer));
    if (observer instanceof Observer.MovingAverage average) {
      return kind + " " + average.momentum();
    }
    return observer instanceof Observer.Percentile percentile
        ? kind + " " + percent(percentile)
        : kind;
  }

  /** A hundred times a binary fraction has digits that nobody has written. */
  private static double percent(Observer.Percentile percentile) {
    return Math.rint(100 * percentile.part() * PERCENT_DIGITS) / PERCENT_DIGITS;
  }

  static Map<String, Object> json(WeightQuantizer quantizer) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("weightBits", quantizer.bits());
    values.put("weightGranularity", word(quantizer.granularity()));
    if (quantizer.granularity() == Granularity.PER_GROUP) {
      values.put("weightGroupSize", quantizer.groupSize());
    }
    putFormat(values, "weight", quantizer.format());
    values.put("weightScheme", word(quantizer.scheme()));
    values.put("weightRange", word(quantizer.range()));
    return values;
  }

  static Map<String, Object> json(ActivationQuantizer quantizer) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("activationBits", quantizer.bits());
    values.put("activationGranularity", word(quantizer.granularity()));
    putFormat(values, "activation", quantizer.format());
    values.put("activationObserver", word(Observer.Kind.of(quantizer.observer())));
    if (quantizer.observer() instanceof Observer.MovingAverage average) {
      values.put("activationMomentum", average.momentum());
    } else if (quantizer.observer() instanceof Observer.Percentile percentile) {
      values.put("activationPercentile", percent(percentile));
    }
    values.put("activationRange", word(quantizer.range()));
    return values;
  }

  private static void putFormat(Map<String, Object> values, String of, CodeFormat format) {
    values.put(of + "Symmetric", format.symmetry() == Symmetry.SYMMETRIC);
    values.put(of + "Signed", format.sign() == Sign.SIGNED);
    if (format.sign() == Sign.SIGNED) {
      values.put(of + "FullRange", format.span() == Span.FULL);
    }
    values.put(of + "PowerOfTwo", format.steps() == Steps.POWER_OF_TWO);
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
