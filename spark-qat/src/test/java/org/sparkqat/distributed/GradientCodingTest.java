package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.distributed.wire.GradientCoding;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.GradientForm;
import org.sparkqat.distributed.wire.GradientForm.Feedback;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** Rounded gradients give one result, on any cluster, after any loss, from any checkpoint. */
@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GradientCodingTest {

  private static final List<Row> ROWS = TinyJob.rows(300, 1);
  private static final ExchangeSettings RESIDENT =
      ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.RESIDENT);

  /** Epochs have 9 steps: two windows and an exact step. */
  private static final int WINDOW = 4;

  private final Map<GradientEncoding, TrainingState> references =
      new EnumMap<>(GradientEncoding.class);

  @BeforeAll
  void trainTheReferences(SparkSession spark) {
    for (GradientEncoding encoding : GradientEncoding.values()) {
      QatTrainer trainer =
          trainer(spark, encoding)
              .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP))
              .workers(1);
      references.put(encoding, train(spark, trainer));
    }
  }

  /** Keeps what may be gone on from within epochs. */
  private static final class Kept implements StateKeeper {

    private final List<TrainingState> states = new ArrayList<>();

    @Override
    public void afterSteps(TrainingState state, int steps) {
      states.add(state);
    }

    @Override
    public void afterEpoch(TrainingState state, double accuracy) {}

    @Override
    public void afterPhase(TrainingState state, Position ended, double accuracy) {}
  }

  private static QatTrainer trainer(SparkSession spark, GradientEncoding encoding) {
    GradientCoding coding = new GradientCoding(encoding, WINDOW);
    return new QatTrainer(spark, TinyJob.settings().coding(coding)).exchange(RESIDENT);
  }

  private static TrainingState train(SparkSession spark, QatTrainer trainer) {
    return TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer);
  }

  private void assertSameResult(GradientEncoding encoding, TrainingState state) {
    assertThat(hash(state)).isEqualTo(hash(references.get(encoding)));
    assertThat(state.results()).isEqualTo(references.get(encoding).results());
  }

  private static String hash(TrainingState state) {
    return ParameterLayout.sha256(state.parameters());
  }

  @ParameterizedTest
  @CsvSource({"BFLOAT16, 1", "BFLOAT16, 2", "INT8, 1", "INT8, 2", "INT8, 3", "INT8, 8"})
  void theNumberOfWorkersChangesNoBit(GradientEncoding encoding, int workers, SparkSession spark) {
    assertSameResult(encoding, train(spark, trainer(spark, encoding).workers(workers)));
  }

  @Test
  void aJobForEachStepGivesTheSameBits(SparkSession spark) {
    ExchangeSettings jobs = ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP);
    QatTrainer trainer = trainer(spark, GradientEncoding.INT8).exchange(jobs).workers(2);
    assertSameResult(GradientEncoding.INT8, train(spark, trainer));
  }

  @Test
  void everyEncodingHasItsOwnResult() {
    assertThat(references.values().stream().map(GradientCodingTest::hash).distinct()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "INT8"})
  void lostRoundingErrorsAreComputedAgainAndNoStepIsToldTwice(
      GradientEncoding encoding, SparkSession spark) {
    Set<Long> running = ConcurrentHashMap.newKeySet();
    SparkListener tasks =
        new SparkListener() {
          @Override
          public void onTaskStart(SparkListenerTaskStart start) {
            running.add(start.taskInfo().taskId());
          }

          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            running.remove(end.taskInfo().taskId());
          }
        };
    List<Long> told = new ArrayList<>();
    List<Long> killed = new ArrayList<>();
    TrainingListener killer =
        new TrainingListener() {
          @Override
          public void stepDone(StepReport report) {
            long step = report.position().step();
            boolean calibration = Double.isNaN(report.loss());
            if (!calibration) {
              told.add(step);
            }
            // After the first, the second and the third step of a window of four.
            if (!calibration && step % 5 < 3) {
              Awaitility.await().until(() -> running.size() == 2);
              long task = List.copyOf(running).get(killed.size() % 2);
              killed.add(task);
              spark.sparkContext().killTaskAttempt(task, true, "a test");
            }
          }
        };
    spark.sparkContext().addSparkListener(tasks);
    try {
      assertSameResult(
          encoding, train(spark, trainer(spark, encoding).workers(2).listener(killer)));
    } finally {
      spark.sparkContext().removeSparkListener(tasks);
    }
    assertThat(killed).hasSizeGreaterThan(6);
    assertThat(told).doesNotHaveDuplicates().isSorted();
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "INT8"})
  void goingOnFromAnyKeptStateChangesNoBit(GradientEncoding encoding, SparkSession spark) {
    Kept keeper = new Kept();
    List<TrainingState> kept = keeper.states;
    train(spark, trainer(spark, encoding).workers(2).keeper(keeper));
    assertThat(kept.stream().map(s -> s.position().stepOfEpoch()).distinct()).contains(4, 8);
    for (TrainingState state : List.of(kept.get(0), kept.get(kept.size() - 1))) {
      QatTrainer trainer = trainer(spark, encoding).workers(1);
      assertSameResult(
          encoding,
          trainer.train(
              state,
              TinyJob.data(TinyJob.table(spark, ROWS)),
              TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))));
    }
  }

  @Test
  void aStateWithoutItsRoundingErrorsIsRefused(SparkSession spark) {
    Kept keeper = new Kept();
    List<TrainingState> kept = keeper.states;
    train(spark, trainer(spark, GradientEncoding.FLOAT32).workers(1).keeper(keeper));
    QatTrainer trainer = trainer(spark, GradientEncoding.INT8);
    assertThatThrownBy(
            () ->
                trainer.train(
                    kept.get(0),
                    TinyJob.data(TinyJob.table(spark, ROWS)),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid state to start from: step 1 of an epoch (rounding errors of gradients are"
                + " missing there)");
  }

  @Test
  void aWindowStartsWithoutErrorsAndEndsWithoutErrors() {
    GradientCoding coding = new GradientCoding(GradientEncoding.INT8, WINDOW);
    List<Feedback> feedback = new ArrayList<>();
    for (int step = 0; step < 9; step++) {
      feedback.add(coding.form(step, 9).feedback());
    }
    assertThat(feedback)
        .containsExactly(
            Feedback.START,
            Feedback.CONTINUE,
            Feedback.CONTINUE,
            Feedback.FLUSH,
            Feedback.START,
            Feedback.CONTINUE,
            Feedback.CONTINUE,
            Feedback.FLUSH,
            Feedback.NONE);
    assertThat(coding.form(5, 6).feedback()).isEqualTo(Feedback.FLUSH);
    assertThat(GradientCoding.EXACT.form(5, 6)).isEqualTo(GradientForm.PLAIN);
  }
}
