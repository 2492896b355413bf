package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Phase;
import org.sparkqat.training.RangeLearner;
import org.sparkqat.training.RangeReport.Held;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.TrainingState;

/** Ranges that are trained with the weights. */
@ExtendWith(SparkTestKit.class)
class LearnedRangesTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);
  private static final QuantizationScheme SCHEME =
      new QuantizationScheme(
          new WeightQuantizer(
              CodeFormat.signed(3, Symmetry.SYMMETRIC),
              Granularity.PER_CHANNEL,
              1,
              WeightScheme.UNIFORM,
              WeightRange.LSQ),
          new ActivationQuantizer(
              CodeFormat.unsigned(3),
              Granularity.PER_TENSOR,
              ActivationQuantizer.DEFAULT.observer(),
              ActivationRange.LSQ_PLUS),
          0,
          List.of());

  /** The states at the ends of steps and epochs of the QAT phase, the end of the job included. */
  private static List<TrainingState> states(SparkSession spark, TrainingSettings settings) {
    KeptStates kept = new KeptStates();
    QatTrainer trainer = new QatTrainer(spark, settings).keeper(kept);
    TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer);
    return kept.stream()
        .filter(s -> s.position().phase() == Phase.QAT || s.position().phase() == Phase.DONE)
        .toList();
  }

  @Test
  void goingOnFromAnyStepChangesNoBit(SparkSession spark) {
    TrainingSettings settings = TinyJob.settings(SCHEME);
    List<TrainingState> states = states(spark, settings);
    TrainingState end = states.get(states.size() - 1);
    TrainingState middle = states.get(2);
    float[] momenta = middle.memory().of(RangeLearner.MOMENTA).orElseThrow();
    assertThat(momenta).hasSize(2 * middle.ranges().slots());
    assertThat(momenta).isNotEqualTo(new float[momenta.length]);

    TrainingState other =
        new QatTrainer(spark, settings)
            .train(
                middle,
                TinyJob.data(TinyJob.table(spark, ROWS)),
                TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2))));

    assertThat(other.ranges()).isEqualTo(end.ranges());
    assertThat(other.parameters()).isEqualTo(end.parameters());
  }

  @Test
  void frozenRangesDoNotMove(SparkSession spark) {
    RangeTraining frozen = new RangeTraining(1, 0.9, 0, 0, 1);
    List<TrainingState> states = states(spark, TinyJob.settings(SCHEME).ranges(frozen));
    TrainingState start = states.get(0);
    TrainingState end = states.get(states.size() - 1);
    TrainingState afterFirstEpoch =
        states.stream().filter(state -> state.position().epoch() == 1).findFirst().orElseThrow();
    assertThat(afterFirstEpoch.ranges()).isNotEqualTo(start.ranges());
    assertThat(end.ranges()).isEqualTo(afterFirstEpoch.ranges());
    assertThat(end.parameters()).isNotEqualTo(afterFirstEpoch.parameters());
  }

  @Test
  void aStepReportsRangesThatItHolds(SparkSession spark) {
    List<StepReport> reports = new ArrayList<>();
    RangeTraining wild = new RangeTraining(1e9, 0.9, 0, 0, RangeTraining.NEVER);
    QatTrainer trainer =
        new QatTrainer(spark, TinyJob.settings(SCHEME).ranges(wild))
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepDone(StepReport report) {
                    reports.add(report);
                  }
                });
    TrainingState end = TinyJob.train(spark, TinyJob.table(spark, TinyJob.rows(300, 1)), trainer);
    List<Held> held =
        reports.stream()
            .flatMap(report -> report.figures().ranges().stream())
            .flatMap(ranges -> ranges.held().stream())
            .toList();
    assertThat(held).isNotEmpty();
    for (int slot = 0; slot < end.ranges().slots(); slot++) {
      assertThat(end.ranges().max()[slot]).isFinite().isGreaterThan(end.ranges().min()[slot]);
    }
  }
}
