package org.sparkqat.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.distributed.SchemeCatalogue;
import org.sparkqat.distributed.TinyJob;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;

/** Whoever looks at a network sees every choice that was made for it. */
class SchemesInTableTest {

  private static final Map<String, QuantizationScheme> SCHEMES = schemes();

  /** The catalogue, and what differs from the default scheme in one choice. */
  private static Map<String, QuantizationScheme> schemes() {
    Map<String, QuantizationScheme> schemes = new TreeMap<>(SchemeCatalogue.schemes());
    CodeFormat unsigned = CodeFormat.unsigned(8);
    Observer usual = ActivationQuantizer.DEFAULT.observer();
    schemes.put("default", QuantizationScheme.W8A8);
    for (Observer observer :
        List.of(
            new Observer.MovingAverage(0.1),
            new Observer.Percentile(0.9999),
            new Observer.Percentile(0.999),
            new Observer.LeastSquares(),
            new Observer.LeastDivergence())) {
      schemes.put("one choice: " + observer, activations(unsigned, observer));
    }
    schemes.put(
        "one choice: signed",
        activations(
            new CodeFormat(8, Symmetry.ASYMMETRIC, Sign.SIGNED, Span.FULL, Steps.ANY), usual));
    schemes.put(
        "one choice: signed and narrow",
        activations(
            new CodeFormat(8, Symmetry.ASYMMETRIC, Sign.SIGNED, Span.NARROW, Steps.ANY), usual));
    schemes.put(
        "one choice: unsigned and symmetric",
        activations(
            new CodeFormat(8, Symmetry.SYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.ANY), usual));
    schemes.put(
        "one choice: activations of powers of two",
        activations(
            new CodeFormat(8, Symmetry.ASYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.POWER_OF_TWO),
            usual));
    for (ActivationRange range : ActivationRange.values()) {
      if (range != ActivationRange.OBSERVED) {
        schemes.put(
            "one choice: " + range,
            QuantizationScheme.W8A8.quantizers(
                WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT.withRange(range)));
      }
    }
    schemes.put("one choice: full weights", weights(Span.FULL, Steps.ANY));
    schemes.put("one choice: weights of powers of two", weights(Span.NARROW, Steps.POWER_OF_TWO));
    schemes.put("one choice: groups of 2", weights(Span.NARROW, Steps.ANY, 2));
    schemes.put("one choice: groups of 4", weights(Span.NARROW, Steps.ANY, 4));
    schemes.put("one choice: tanh", weights(WeightScheme.TANH, WeightRange.OBSERVED));
    schemes.put("one choice: lsq", weights(WeightScheme.UNIFORM, WeightRange.LSQ));
    schemes.put("one choice: residual bits", QuantizationScheme.W8A8.residualBits(12));
    return schemes;
  }

  private static QuantizationScheme activations(CodeFormat format, Observer observer) {
    return QuantizationScheme.W8A8.quantizers(
        WeightQuantizer.DEFAULT, new ActivationQuantizer(format, Granularity.PER_TENSOR, observer));
  }

  private static QuantizationScheme weights(Span span, Steps steps) {
    return weights(
        new WeightQuantizer(
            new CodeFormat(8, Symmetry.SYMMETRIC, Sign.SIGNED, span, steps),
            Granularity.PER_CHANNEL,
            32,
            WeightScheme.UNIFORM));
  }

  private static QuantizationScheme weights(Span span, Steps steps, int groupSize) {
    return weights(
        new WeightQuantizer(
            new CodeFormat(8, Symmetry.SYMMETRIC, Sign.SIGNED, span, steps),
            Granularity.PER_GROUP,
            groupSize,
            WeightScheme.UNIFORM));
  }

  private static QuantizationScheme weights(WeightScheme scheme, WeightRange range) {
    return weights(
        new WeightQuantizer(
            CodeFormat.signed(8, Symmetry.SYMMETRIC), Granularity.PER_CHANNEL, 32, scheme, range));
  }

  private static QuantizationScheme weights(WeightQuantizer quantizer) {
    return QuantizationScheme.W8A8.quantizers(quantizer, ActivationQuantizer.DEFAULT);
  }

  static List<String> names() {
    return List.copyOf(SCHEMES.keySet());
  }

  private static ModelTable table(String name) {
    return ModelTable.of(QuantizedGraph.of(BlockGraph.of(TinyJob.network()), SCHEMES.get(name)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void noOtherSchemeLooksLikeIt(String name) {
    ModelTable table = table(name);
    for (String other : SCHEMES.keySet()) {
      if (!SCHEMES.get(other).equals(SCHEMES.get(name))) {
        assertThat(table(other).text()).as(other).isNotEqualTo(table.text());
        assertThat(table(other).json()).as(other).isNotEqualTo(table.json());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theTableFitsAScreen(String name) {
    assertThat(table(name).text().lines()).allMatch(line -> line.length() <= 120);
  }

  @Test
  void quantizersOfTheSameCodesHaveNumbers() {
    assertThat(table("learned scales").text())
        .contains("weights      int4     symmetric narrow per-channel, lsq\n")
        .contains("activations  uint4    asymmetric per-tensor, moving-average 0.01\n")
        .contains("activations  uint4-2  asymmetric per-tensor, lsq from moving-average 0.01\n");
  }

  @Test
  void wordsAreThoseOfTheConfiguration() {
    assertThat(QuantizerWords.text(SCHEMES.get("groups").weights()))
        .isEqualTo("int4 symmetric narrow per-group of 2");
    assertThat(QuantizerWords.text(SCHEMES.get("binary").weights()))
        .isEqualTo("binary per-channel");
    assertThat(QuantizerWords.text(SCHEMES.get("powers of two").activations()))
        .isEqualTo("int8 asymmetric full power-of-two per-tensor, moving-average 0.01");
    assertThat(QuantizerWords.text(SCHEMES.get("dynamic per row").activations()))
        .isEqualTo("int4 symmetric narrow per-tensor, dynamic-per-row");
    assertThat(QuantizerWords.text(SCHEMES.get("percentile, 7 bits").activations()))
        .isEqualTo("uint7 asymmetric per-tensor, percentile 99.0");
  }
}
