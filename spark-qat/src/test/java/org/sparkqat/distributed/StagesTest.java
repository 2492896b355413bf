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
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** Float, then 8 bits, then 4-bit weights, then 4-bit activations too. */
@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StagesTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);
  private static final int STEPS = 100 / 32;

  private final Recorder recorder = new Recorder();
  private TrainingState reference;

  /** Keeps every state, and notes where phases end. */
  private static final class Recorder implements StateKeeper {
    private final List<TrainingState> states = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();

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
      ends.add(settings().stages().tag(ended) + " " + ended.step());
    }
  }

  private static TrainingSettings settings() {
    LearningRate rate = new LearningRate.Cosine(0.02, 0, 0);
    return TinyJob.settings()
        .watch(new OscillationWatch(0.3, 0.2, 0.25))
        .stages(
            new Stages(
                List.of(
                    Stage.ofFloat("float", bits(8, 8), 1, new LearningRate.Constant(0.1, 0)),
                    Stage.quantized("w8a8", bits(8, 8), 1, rate),
                    Stage.quantized("w4a8", bits(4, 8), 2, rate).learningRateFactor(0.5),
                    Stage.quantized("w4a4", bits(4, 4), 1, rate)
                        .freeze(BatchNormFreeze.from(0))
                        .rangesFrozenFrom(0))));
  }

  private static QuantizationScheme bits(int weights, int activations) {
    return new QuantizationScheme(
        WeightQuantizer.DEFAULT.withBits(weights),
        ActivationQuantizer.DEFAULT.withBits(activations),
        0,
        List.of());
  }

  @BeforeAll
  void trainTheReference(SparkSession spark) {
    QatTrainer trainer =
        new QatTrainer(spark, settings())
            .workers(1)
            .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP))
            .keeper(recorder);
    reference = TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer);
  }

  @Test
  void aStageCalibratesWhenItsActivationsHaveOtherQuantizers() {
    assertThat(reference.position()).isEqualTo(new Position(3, 0, Phase.DONE, 0, 0, 5L * STEPS));
    assertThat(recorder.ends)
        .containsExactly("float 3", "ptq 3", "w8a8 6", "w4a8 12", "w4a4ptq 12", "w4a4 15");
    assertThat(reference.results())
        .containsKeys("floatAccuracy", "ptqAccuracy", "qatAccuracy")
        .containsKeys("floatStageLoss", "w8a8StageLoss", "w4a8StageLoss", "w4a4StageLoss");
    assertThat(reference.results().get("qatLoss"))
        .isEqualTo(reference.results().get("w4a4StageLoss"));
  }

  @Test
  void theModelOfAStateHasTheSchemeItWasTrainedWith(SparkSession spark) {
    QatTrainer trainer = new QatTrainer(spark, settings());
    List<Integer> bits = new ArrayList<>();
    for (TrainingState state : recorder.states) {
      if (state.position().stepOfEpoch() == 0) {
        bits.add(trainer.model(state).scheme().weights().bits());
      }
    }
    // float, ptq, w8a8, an epoch of w4a8, its end, w4a4ptq, w4a4
    assertThat(bits).containsExactly(8, 8, 8, 4, 4, 4, 4);
    assertThat(trainer.model(reference).scheme()).isEqualTo(bits(4, 4));
  }

  @Test
  void frozenRangesStay() {
    TrainingState calibrated =
        recorder.states.stream()
            .filter(state -> state.position().equals(new Position(3, 0, Phase.QAT, 0, 0, 12)))
            .findFirst()
            .orElseThrow();
    assertThat(reference.ranges()).isEqualTo(calibrated.ranges());
    TrainingState before = recorder.states.get(recorder.states.indexOf(calibrated) - 1);
    assertThat(before.ranges()).isNotEqualTo(calibrated.ranges());
  }

  @Test
  void theClusterChangesNoBit(SparkSession spark) {
    QatTrainer trainer = new QatTrainer(spark, settings()).workers(2);
    assertSame(TinyJob.train(spark, TinyJob.table(spark, ROWS).repartition(3), trainer));
  }

  @Test
  void goingOnFromAnyBorderOrStepChangesNoBit(SparkSession spark) {
    for (int i = 1; i < recorder.states.size(); i += 3) {
      QatTrainer trainer = new QatTrainer(spark, settings());
      assertSame(
          trainer.train(
              recorder.states.get(i),
              TinyJob.data(TinyJob.table(spark, ROWS)),
              TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))));
    }
  }

  private void assertSame(TrainingState state) {
    assertThat(state.parameters()).isEqualTo(reference.parameters());
    assertThat(state.ranges()).isEqualTo(reference.ranges());
    assertThat(state.statistics()).isEqualTo(reference.statistics());
    assertThat(state.results()).isEqualTo(reference.results());
    assertThat(state.position()).isEqualTo(reference.position());
  }
}
