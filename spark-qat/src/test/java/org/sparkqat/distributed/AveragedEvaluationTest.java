package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.distributed.evaluation.ModelEvaluator;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/** Where the average of the weights takes their place: in evaluations, and at a stage's end. */
@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AveragedEvaluationTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);
  private static final List<Row> TEST = TinyJob.rows(60, 2);
  private static final double DECAY = 0.7;

  /** Few bits, so that the codes of the average are not those of the last weights. */
  private static final QuantizationScheme SCHEME =
      new QuantizationScheme(
          WeightQuantizer.DEFAULT.withBits(3), ActivationQuantizer.DEFAULT, 0, List.of());

  private record Evaluated(TrainingState state, Evaluation evaluation) {}

  private final KeptStates states = new KeptStates();
  private final List<Evaluated> evaluated = new ArrayList<>();
  private TrainingState end;

  private static QatTrainer trainer(SparkSession spark, TrainingSettings settings) {
    return new QatTrainer(spark, settings)
        .workers(1)
        .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP));
  }

  @BeforeAll
  void train(SparkSession spark) {
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void evaluated(TrainingState state, Evaluation evaluation) {
            evaluated.add(new Evaluated(state, evaluation));
          }
        };
    end =
        TinyJob.train(
            spark,
            TinyJob.table(spark, ROWS),
            trainer(spark, TinyJob.settings(SCHEME).average(new WeightAverage(DECAY)))
                .keeper(states)
                .listener(listener));
  }

  /** Within a stage the state has both: the weights that train, and their average. */
  @Test
  void evaluationQuantizesTheAverageAndNotTheWeights(SparkSession spark) {
    Evaluated within =
        evaluated.stream()
            .filter(each -> each.state().position().phase() == Phase.QAT)
            .findFirst()
            .orElseThrow();
    TrainingState raw = within.state();
    assertThat(raw.position().epoch()).isEqualTo(1);
    TrainingState average = WeightAverage.taken(raw);
    assertThat(average.parameters()).isNotEqualTo(raw.parameters());
    ModelEvaluator evaluator = new ModelEvaluator(spark, TinyJob.settings(SCHEME).worker());
    try (ShardedDataset test = TinyJob.data(TinyJob.table(spark, TEST))) {
      assertThat(evaluator.evaluate(average, Arithmetic.QUANTIZED, test))
          .isEqualTo(within.evaluation());
      assertThat(evaluator.evaluate(average, Arithmetic.FLOAT, test).loss())
          .isNotEqualTo(within.evaluation().loss());
      assertThat(evaluator.evaluate(raw, Arithmetic.QUANTIZED, test).loss())
          .isNotEqualTo(within.evaluation().loss());
    }
  }

  /**
   * The same steps without an average have the same weights, since training never looks at it: the
   * equation over those, from the beginning of the stage, is what the stage ends with.
   */
  @Test
  void theStageEndsWithTheAverageOfItsSteps(SparkSession spark) {
    TrainingState start =
        states.stream()
            .filter(state -> state.position().phase() == Phase.QAT)
            .findFirst()
            .orElseThrow();
    assertThat(start.position().stepOfEpoch()).isZero();
    KeptStates plain = new KeptStates();
    TrainingState last =
        trainer(spark, TinyJob.settings(SCHEME))
            .keeper(plain)
            .train(
                start,
                TinyJob.data(TinyJob.table(spark, ROWS)),
                TinyJob.data(TinyJob.table(spark, TEST)));
    assertThat(plain.list()).hasSize(2 * (100 / 32));
    assertThat(plain.list().get(plain.list().size() - 1).parameters()).isEqualTo(last.parameters());

    List<float[]> parameters = plain.stream().map(TrainingState::parameters).toList();
    List<float[]> statistics = plain.stream().map(TrainingState::statistics).toList();
    assertClose(end.parameters(), byHand(start.parameters(), parameters), parameters.size());
    assertClose(end.statistics(), byHand(start.statistics(), statistics), statistics.size());
    assertThat(end.parameters()).isNotEqualTo(last.parameters());
  }

  private static double[] byHand(float[] start, List<float[]> steps) {
    double[] average = new double[start.length];
    for (int i = 0; i < start.length; i++) {
      average[i] = start[i];
      for (int k = 0; k < steps.size(); k++) {
        double share = Math.max(1 - DECAY, 1.0 / (k + 2));
        average[i] += share * (steps.get(k)[i] - average[i]);
      }
    }
    return average;
  }

  /** Each step rounds to float once, by 2^-24 of the largest number at most. */
  private static void assertClose(float[] actual, double[] expected, int steps) {
    double largest = 0;
    double farthest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      farthest = Math.max(farthest, Math.abs(actual[i] - expected[i]));
    }
    // The average on the way may be larger than at the end: twice is room enough for these steps.
    assertThat(farthest).isLessThanOrEqualTo(2 * largest * steps * 0x1p-24);
  }
}
