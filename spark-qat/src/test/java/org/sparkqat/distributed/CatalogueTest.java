package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.TrainingState;

/** What the cluster must not change, with every way to quantize. */
@ExtendWith(SparkTestKit.class)
class CatalogueTest {

  private static final WeightQuantizer WEIGHTS = WeightQuantizer.DEFAULT;
  private static final ActivationQuantizer ACTIVATIONS = ActivationQuantizer.DEFAULT;
  private static final CodeFormat FOUR_BITS = CodeFormat.signed(4, Symmetry.SYMMETRIC);

  private static final Map<String, QuantizationScheme> SCHEMES = schemes();

  private static Map<String, QuantizationScheme> schemes() {
    Map<String, QuantizationScheme> schemes = new TreeMap<>();
    schemes.put("min-max", observed(new Observer.MinMax()));
    schemes.put("percentile", observed(new Observer.Percentile(0.99)));
    schemes.put("mean-squared-error", observed(new Observer.LeastSquares()));
    schemes.put("kullback-leibler", observed(new Observer.LeastDivergence()));
    schemes.put(
        "histograms per channel",
        scheme(
            WEIGHTS,
            new ActivationQuantizer(
                CodeFormat.unsigned(4), Granularity.PER_CHANNEL, new Observer.LeastSquares())));
    schemes.put(
        "binary",
        scheme(
            WeightQuantizer.of(WeightScheme.BINARY, Granularity.PER_CHANNEL),
            activations(CodeFormat.unsigned(1))));
    schemes.put(
        "ternary",
        scheme(
            WeightQuantizer.of(WeightScheme.TERNARY, Granularity.PER_TENSOR),
            activations(CodeFormat.unsigned(2))));
    schemes.put(
        "tanh",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_CHANNEL, 1, WeightScheme.TANH),
            activations(CodeFormat.unsigned(4))));
    schemes.put(
        "groups",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_GROUP, 2, WeightScheme.UNIFORM),
            ACTIVATIONS));
    schemes.put(
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
    schemes.put(
        "asymmetric weights",
        scheme(
            new WeightQuantizer(8, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL),
            activations(CodeFormat.signed(8, Symmetry.SYMMETRIC))));
    schemes.put(
        "twelve bits",
        scheme(
            new WeightQuantizer(12, Symmetry.SYMMETRIC, Granularity.PER_CHANNEL),
            activations(CodeFormat.unsigned(12))));
    schemes.put(
        "float islands",
        new QuantizationScheme(
            WEIGHTS,
            ACTIVATIONS,
            8,
            List.of(
                QuantizationRule.real("conv2", EnumSet.allOf(Part.class)),
                QuantizationRule.real("fc", Set.of(Part.WEIGHTS)))));
    for (Rounding rounding : Rounding.values()) {
      schemes.put(
          "integer-true " + rounding.text(),
          scheme(WEIGHTS, ACTIVATIONS).integerTrue(Optional.of(rounding)));
    }
    schemes.put(
        "learned scales",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_CHANNEL, 1, WeightScheme.UNIFORM)
                .withRange(WeightRange.LSQ),
            activations(CodeFormat.unsigned(4)).withRange(ActivationRange.LSQ)));
    schemes.put(
        "learned scales and offsets per channel",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_TENSOR, 1, WeightScheme.UNIFORM)
                .withRange(WeightRange.LSQ),
            new ActivationQuantizer(
                CodeFormat.unsigned(4),
                Granularity.PER_CHANNEL,
                new Observer.LeastSquares(),
                ActivationRange.LSQ_PLUS)));
    schemes.put(
        "dynamic",
        scheme(WEIGHTS, activations(CodeFormat.unsigned(8)).withRange(ActivationRange.DYNAMIC)));
    schemes.put(
        "dynamic per row",
        scheme(
            WEIGHTS,
            activations(CodeFormat.signed(4, Symmetry.SYMMETRIC))
                .withRange(ActivationRange.DYNAMIC_PER_ROW)));
    schemes.put(
        "learned ends",
        scheme(WEIGHTS, activations(CodeFormat.unsigned(3)).withRange(ActivationRange.PACT)));
    return schemes;
  }

  private static QuantizationScheme observed(Observer observer) {
    return scheme(
        WEIGHTS, new ActivationQuantizer(CodeFormat.unsigned(8), Granularity.PER_TENSOR, observer));
  }

  private static ActivationQuantizer activations(CodeFormat format) {
    return new ActivationQuantizer(format, Granularity.PER_TENSOR, ACTIVATIONS.observer());
  }

  private static QuantizationScheme scheme(
      WeightQuantizer weights, ActivationQuantizer activations) {
    return new QuantizationScheme(weights, activations, 0, List.of());
  }

  static List<String> names() {
    return List.copyOf(SCHEMES.keySet());
  }

  /** Sorted by the class, whose values grow, a job a step; or shuffled, with resident workers. */
  @ParameterizedTest
  @MethodSource("names")
  void theClusterAndTheOrderOfTheDataChangeNoBit(String name, SparkSession spark) {
    TrainingSettings settings = TinyJob.settings(SCHEMES.get(name));
    List<Row> rows = TinyJob.rows(100, 1);
    TrainingState alone =
        TinyJob.train(
            spark,
            TinyJob.table(spark, rows),
            new QatTrainer(spark, settings)
                .workers(1)
                .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP)));
    List<Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(3));

    TrainingState together =
        TinyJob.train(
            spark,
            TinyJob.table(spark, shuffled).repartition(3),
            new QatTrainer(spark, settings).workers(2));

    assertThat(together.parameters()).isEqualTo(alone.parameters());
    assertThat(together.ranges()).isEqualTo(alone.ranges());
    assertThat(together.results()).isEqualTo(alone.results());
    assertThat(alone.results()).containsKeys("ptqAccuracy", "qatAccuracy");
  }
}
