package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Gate;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/** Weights that a step has made infinite are a divergence, which a gate takes back. */
@ExtendWith(SparkTestKit.class)
class DivergenceTest {

  /** Two steps an epoch. */
  private static final List<Row> ROWS = TinyJob.rows(70, 1);

  /** A step with it leaves no weight finite that has a gradient. */
  private static final double ENDLESS = 1e300;

  private static final CodeFormat FOUR_BITS = CodeFormat.signed(4, Symmetry.SYMMETRIC);
  private static final Map<String, QuantizationScheme> SCHEMES = schemes();

  private static Map<String, QuantizationScheme> schemes() {
    WeightQuantizer weights = WeightQuantizer.DEFAULT;
    ActivationQuantizer activations = ActivationQuantizer.DEFAULT;
    ActivationQuantizer fourBits =
        new ActivationQuantizer(
            CodeFormat.unsigned(4), Granularity.PER_TENSOR, activations.observer());
    WeightQuantizer learned =
        new WeightQuantizer(FOUR_BITS, Granularity.PER_CHANNEL, 1, WeightScheme.UNIFORM)
            .withRange(WeightRange.LSQ);
    Map<String, QuantizationScheme> schemes = new TreeMap<>();
    schemes.put("per channel", scheme(weights, activations));
    schemes.put(
        "per tensor",
        scheme(
            new WeightQuantizer(8, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR),
            activations.withBits(12)));
    schemes.put(
        "groups",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_GROUP, 2, WeightScheme.UNIFORM),
            activations));
    schemes.put(
        "tanh",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_CHANNEL, 1, WeightScheme.TANH),
            fourBits));
    schemes.put(
        "binary",
        scheme(
            WeightQuantizer.of(WeightScheme.BINARY, Granularity.PER_CHANNEL),
            fourBits.withBits(1)));
    schemes.put(
        "ternary",
        scheme(WeightQuantizer.of(WeightScheme.TERNARY, Granularity.PER_TENSOR), fourBits));
    schemes.put(
        "integer-true",
        scheme(weights, activations).integerTrue(Optional.of(Rounding.FIXED_POINT_DOUBLE)));
    for (ActivationRange range : ActivationRange.values()) {
      schemes.put("range " + range, scheme(weights, fourBits.withRange(range)));
    }
    schemes.put("learned", scheme(learned, fourBits.withRange(ActivationRange.LSQ)));
    return schemes;
  }

  private static QuantizationScheme scheme(
      WeightQuantizer weights, ActivationQuantizer activations) {
    return new QuantizationScheme(weights, activations, 0, List.of());
  }

  static List<String> names() {
    return List.copyOf(SCHEMES.keySet());
  }

  private static Stage quantized(QuantizationScheme scheme) {
    return Stage.quantized("qat", scheme, 1, new LearningRate.Constant(ENDLESS, 0));
  }

  /** Trained again with a learning rate of 0.1. */
  private static Gate gate() {
    return new Gate(
        OptionalDouble.empty(),
        OptionalDouble.of(100),
        Gate.Reference.PREVIOUS,
        1,
        1e-301,
        Gate.Failure.STOP);
  }

  private static TrainingSettings settings(Stage quantized) {
    Stage real = Stage.ofFloat("float", quantized.scheme(), 1, new LearningRate.Constant(0.1, 0));
    return TinyJob.settings(quantized.scheme()).stages(new Stages(List.of(real, quantized)));
  }

  private static ExchangeSettings exchange(ExchangeSettings.Slices slices) {
    return ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.RESIDENT).slices(slices);
  }

  private static TrainingState train(
      SparkSession spark, TrainingSettings settings, ExchangeSettings exchange) {
    return train(spark, settings, exchange, ROWS);
  }

  private static TrainingState train(
      SparkSession spark, TrainingSettings settings, ExchangeSettings exchange, List<Row> rows) {
    QatTrainer trainer = new QatTrainer(spark, settings).workers(2).exchange(exchange);
    return TinyJob.train(spark, TinyJob.table(spark, rows), trainer);
  }

  /** The first step of the second stage, step 2, leaves nothing finite. */
  @ParameterizedTest
  @MethodSource("names")
  void theStepAndThePlaceAreNamed(String name, SparkSession spark) {
    TrainingSettings settings = settings(quantized(SCHEMES.get(name)));
    assertThatThrownBy(() -> train(spark, settings, exchange(ExchangeSettings.Slices.NEVER)))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageMatching(
            "Cannot continue training: .*'[a-z0-9.]+' is not finite.* at step [23] \\(the last"
                + " checkpoint stays usable: lower the learning rate or clip gradients\\)");
  }

  @Test
  void aGateTakesItBackAlikeHoweverResultsTravel(SparkSession spark) {
    TrainingSettings settings = settings(quantized(QuantizationScheme.W8A8).gate(gate()));
    List<TrainingState> states = new ArrayList<>();
    states.add(
        train(spark, settings, ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP)));
    states.add(train(spark, settings, exchange(ExchangeSettings.Slices.NEVER)));
    states.add(train(spark, settings, exchange(ExchangeSettings.Slices.ALWAYS)));
    TrainingState expected = states.get(0);
    assertThat(expected.results()).containsEntry("qatStageFailures", 1.0);
    assertThat(expected.results().get("qatAccuracy")).isGreaterThan(0.5);
    for (TrainingState state : states) {
      assertThat(state.parameters()).isEqualTo(expected.parameters());
      assertThat(state.results()).isEqualTo(expected.results());
      assertThat(state.position()).isEqualTo(expected.position());
    }
  }

  /** Nothing is computed with the weights that the last step of an epoch leaves but figures. */
  @Test
  void theLastStepOfAnEpochIsNamedToo(SparkSession spark) {
    TrainingSettings settings = settings(quantized(QuantizationScheme.W8A8));
    List<Row> oneStep = TinyJob.rows(40, 1);
    for (ExchangeSettings.Slices slices :
        List.of(ExchangeSettings.Slices.NEVER, ExchangeSettings.Slices.ALWAYS)) {
      assertThatThrownBy(() -> train(spark, settings, exchange(slices), oneStep))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessageContaining("parameter 'weight' of layer 'conv1' is not finite")
          .hasMessageContaining("at step 1 ");
    }
  }

  @Test
  void whatTheDriverDoesWithWeightsDivergesAlike(SparkSession spark) {
    Stage stage = quantized(QuantizationScheme.W8A8);
    List<TrainingSettings> all =
        List.of(
            settings(stage.share(new QuantizedShare.Blend(0, 1))),
            settings(stage.share(new QuantizedShare.Largest(0.5))),
            settings(stage).watch(new OscillationWatch(0.3, 0.2, 0.25)),
            settings(stage).average(new WeightAverage(0.9)));
    for (TrainingSettings settings : all) {
      assertThatThrownBy(() -> train(spark, settings, ExchangeSettings.DEFAULT))
          .isInstanceOf(TrainingDivergedException.class)
          .hasMessageContaining("is not finite");
    }
  }

  /** A rectifier hides a weight of minus infinity from the loss. */
  @Test
  void aWeightThatTheLossDoesNotSeeIsFound(SparkSession spark) {
    QatTrainer trainer = new QatTrainer(spark, TinyJob.settings());
    TrainingState start = trainer.initialState();
    int beta = TinyJob.network().parameters().parameter("bn1.beta").offset();
    start.parameters()[beta] = Float.NEGATIVE_INFINITY;
    assertThatThrownBy(
            () ->
                trainer.train(
                    start,
                    TinyJob.data(TinyJob.table(spark, ROWS)),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining(
            "parameter 'beta' of layer 'bn1' is not finite, or too large to quantize, at step 0");
  }
}
