package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** Batch normalization that is frozen when its statistics rest, and re-estimated at the end. */
@ExtendWith(SparkTestKit.class)
class BatchNormScheduleTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);
  private static final BatchNormFreeze AT_REST = new BatchNormFreeze(Stage.NEVER, 0.1, 2);

  private static TrainingSettings settings() {
    QuantizationScheme scheme = QuantizationScheme.W8A8;
    LearningRate rate = new LearningRate.Constant(0.01, 0);
    return TinyJob.settings()
        .stages(
            new Stages(
                    List.of(
                        Stage.ofFloat("float", scheme, 1, new LearningRate.Constant(0.1, 0)),
                        Stage.quantized("qat", scheme, 3, rate).freeze(AT_REST)))
                .reEstimatingAtEnd());
  }

  /** Keeps states and what steps tell. */
  private static final class Recorder implements StateKeeper, TrainingListener {
    private final List<TrainingState> states = new ArrayList<>();
    private final List<StepReport> reports = new ArrayList<>();

    @Override
    public void afterSteps(TrainingState state, int steps) {
      states.add(state);
    }

    @Override
    public void afterEpoch(TrainingState state, double accuracy) {
      states.add(state);
    }

    @Override
    public void afterPhase(TrainingState state, Position ended, double accuracy) {
      states.add(state);
    }

    @Override
    public void stepDone(StepReport report) {
      reports.add(report);
    }
  }

  @Test
  void everyClusterAndEveryResumeFreezesAtTheSameStepAndEstimatesTheSame(SparkSession spark) {
    Recorder recorder = new Recorder();
    TrainingState alone =
        TinyJob.train(
            spark,
            TinyJob.table(spark, ROWS),
            new QatTrainer(spark, settings())
                .workers(1)
                .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP))
                .keeper(recorder)
                .listener(recorder));

    List<Double> drifts =
        recorder.reports.stream()
            .flatMap(report -> report.figures().batchNormDrift().stream().boxed())
            .toList();
    // It watches from the first quantized step until two steps in a row were quiet.
    assertThat(drifts).hasSizeBetween(2, 8);
    assertThat(drifts.subList(drifts.size() - 2, drifts.size())).allMatch(drift -> drift < 0.1);
    List<TrainingState> trained =
        recorder.states.stream().filter(s -> s.position().phase() == Phase.QAT).toList();
    TrainingState last = trained.get(trained.size() - 1);
    assertThat(trained.get(trained.size() - 2).statistics()).isEqualTo(last.statistics());
    assertThat(last.memory().quietSteps()).isEqualTo(2);
    assertThat(alone.statistics()).isNotEqualTo(last.statistics());
    assertThat(alone.memory().arrays()).isEmpty();
    assertThat(alone.position().step()).isEqualTo(4 * 3);

    Recorder other = new Recorder();
    QatTrainer together = new QatTrainer(spark, settings()).workers(2).listener(other);
    assertSame(TinyJob.train(spark, TinyJob.table(spark, ROWS).repartition(3), together), alone);
    assertThat(other.reports)
        .extracting(StepReport::figures)
        .isEqualTo(recorder.reports.stream().map(StepReport::figures).toList());
    for (int i = recorder.states.size() - 3; i > 2; i -= 4) {
      assertSame(
          new QatTrainer(spark, settings())
              .train(
                  recorder.states.get(i),
                  TinyJob.data(TinyJob.table(spark, ROWS)),
                  TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))),
          alone);
    }
  }

  private static void assertSame(TrainingState actual, TrainingState expected) {
    assertThat(actual.parameters()).isEqualTo(expected.parameters());
    assertThat(actual.statistics()).isEqualTo(expected.statistics());
    assertThat(actual.ranges()).isEqualTo(expected.ranges());
    assertThat(actual.results()).isEqualTo(expected.results());
  }
}
