package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.distributed.progress.RollBack;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Checkpoint;
import org.sparkqat.training.CheckpointOrigin;
import org.sparkqat.training.CheckpointRetention;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Gate;
import org.sparkqat.training.Gate.Failure;
import org.sparkqat.training.Gate.Reference;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** A stage with a learning rate that ruins the network. */
@ExtendWith(SparkTestKit.class)
class GateTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);
  private static final int STEPS = 100 / 32;

  /** Keeps every state, those at the ends of stages by their tags. */
  private static final class Recorder implements StateKeeper, TrainingListener {
    private final List<TrainingState> states = new ArrayList<>();
    private final Map<String, TrainingState> tagged = new HashMap<>();
    private final List<String> told = new ArrayList<>();
    private final Stages stages;

    private Recorder(Stages stages) {
      this.stages = stages;
    }

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
      tagged.put(stages.tag(ended), state);
    }

    @Override
    public void afterRollBack(TrainingState state) {
      states.add(state);
    }

    @Override
    public void rolledBack(RollBack rollBack) {
      told.add(rollBack.stage() + " " + rollBack.outcome());
    }
  }

  private static TrainingSettings settings(double rate, Gate gate) {
    QuantizationScheme eight = QuantizationScheme.W8A8;
    QuantizationScheme four =
        new QuantizationScheme(
            eight.weights().withBits(4), eight.activations().withBits(4), 0, List.of());
    return TinyJob.settings()
        .stages(
            new Stages(
                List.of(
                    Stage.ofFloat("float", eight, 1, new LearningRate.Constant(0.1, 0)),
                    Stage.quantized("w8a8", eight, 1, new LearningRate.Constant(0.02, 0)),
                    Stage.quantized("w4a4", four, 1, new LearningRate.Constant(rate, 0))
                        .gate(gate))));
  }

  private static Gate gate(int retries, double factor, Failure failure) {
    return new Gate(
        OptionalDouble.of(0.5),
        OptionalDouble.of(0.3),
        Reference.PREVIOUS,
        retries,
        factor,
        failure);
  }

  private static TrainingState train(
      SparkSession spark, TrainingSettings settings, Recorder recorder, int workers) {
    return TinyJob.train(
        spark,
        TinyJob.table(spark, ROWS),
        new QatTrainer(spark, settings).workers(workers).keeper(recorder).listener(recorder));
  }

  private static TrainingState goOn(
      SparkSession spark, TrainingSettings settings, Recorder recorder, TrainingState from) {
    return new QatTrainer(spark, settings)
        .milestones(tag -> Optional.ofNullable(recorder.tagged.get(tag)))
        .train(
            from,
            TinyJob.data(TinyJob.table(spark, ROWS)),
            TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2))));
  }

  @Test
  void aStageThatDoesNotPassIsRepeatedWithASmallerLearningRate(SparkSession spark) {
    TrainingSettings settings = settings(40, gate(2, 1e-2, Failure.STOP));
    Recorder recorder = new Recorder(settings.stages());

    TrainingState end = train(spark, settings, recorder, 2);

    int failures = recorder.told.size();
    assertThat(failures).isBetween(1, 2);
    assertThat(recorder.told).containsOnly("w4a4 REPEATED");
    assertThat(end.position().phase()).isEqualTo(Phase.DONE);
    assertThat(end.position().stage()).isEqualTo(2);
    assertThat(end.results()).containsEntry("w4a4StageFailures", (double) failures);
    assertThat(end.results().get("qatLoss"))
        .isLessThanOrEqualTo(end.results().get("w8a8StageLoss") + 0.3);
    assertSame(train(spark, settings, new Recorder(settings.stages()), 1), end);
    for (int i = recorder.states.size() / 2; i < recorder.states.size() - 1; i += 2) {
      assertSame(goOn(spark, settings, recorder, recorder.states.get(i)), end);
    }
  }

  @Test
  void whenNoRetryIsLeftTrainingEndsWithTheLastGoodModel(SparkSession spark) {
    TrainingSettings settings = settings(40, gate(0, 0.5, Failure.STOP));
    Recorder recorder = new Recorder(settings.stages());

    TrainingState end = train(spark, settings, recorder, 2);

    TrainingState good = recorder.tagged.get("w8a8");
    assertThat(recorder.told).containsExactly("w4a4 STOPPED");
    assertThat(end.position())
        .isEqualTo(new Position(1, 0, Phase.DONE, 0, 0, end.position().step()));
    assertThat(end.position().step()).isGreaterThan(2L * STEPS);
    assertThat(end.parameters()).isEqualTo(good.parameters());
    assertThat(end.ranges()).isEqualTo(good.ranges());
    assertThat(end.results().get("qatAccuracy")).isEqualTo(good.results().get("qatAccuracy"));
    assertThat(new QatTrainer(spark, settings).model(end).scheme())
        .isEqualTo(QuantizationScheme.W8A8);
    assertThat(recorder.tagged.get("w4a4")).isEqualTo(end);
    assertSame(goOn(spark, settings, recorder, recorder.states.get(4)), end);
  }

  @Test
  void whatDoesNotPassMayBeKept(SparkSession spark) {
    TrainingSettings settings =
        settings(
            1e-3,
            new Gate(
                OptionalDouble.empty(), OptionalDouble.of(0), Reference.FLOAT, 0, 1, Failure.KEEP));
    Recorder recorder = new Recorder(settings.stages());
    TrainingState end = train(spark, settings, recorder, 2);
    assertThat(end.position().stage()).isEqualTo(2);
    boolean worse = end.results().get("qatLoss") > end.results().get("floatLoss");
    assertThat(recorder.told).isEqualTo(worse ? List.of("w4a4 KEPT") : List.of());
  }

  @Test
  void aStateWithoutTheStageBeforeCannotGoBack(SparkSession spark) {
    TrainingSettings settings = settings(40, gate(0, 0.5, Failure.STOP));
    Recorder recorder = new Recorder(settings.stages());
    TrainingState end = train(spark, settings, recorder, 1);
    TrainingState middle =
        recorder.states.stream()
            .filter(state -> state.position().stage() == 2)
            .filter(state -> state.position().phase() == Phase.QAT)
            .filter(state -> state.position().stepOfEpoch() == 1)
            .findFirst()
            .orElse(end);
    assertThatThrownBy(() -> goOn(spark, settings, new Recorder(settings.stages()), middle))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot go back to stage 'w8a8': its checkpoint is not there");
  }

  /** Killed at the worst moment: when the state that goes back is kept, and nothing else is. */
  @Test
  void aJobThatIsKilledWhenAStageWasTakenBackGoesOnFromItsCheckpoints(
      SparkSession spark, @TempDir Path folder) {
    TrainingSettings settings = settings(40, gate(1, 1e-4, Failure.STOP));
    TrainingState whole = train(spark, settings, new Recorder(settings.stages()), 1);
    CheckpointStore store =
        CheckpointStore.open(
            new org.apache.hadoop.fs.Path(folder.toUri()),
            new Configuration(),
            new CheckpointOrigin(Map.of(), "", ""),
            new CheckpointRetention(1));
    StateKeeper checkpoints = new CheckpointKeeper(store, settings.stages(), 0);
    StateKeeper killed =
        new StateKeeper() {
          @Override
          public void afterSteps(TrainingState state, int steps) {}

          @Override
          public void afterEpoch(TrainingState state, double accuracy) {}

          @Override
          public void afterPhase(TrainingState state, Position ended, double accuracy) {
            checkpoints.afterPhase(state, ended, accuracy);
          }

          @Override
          public void afterRollBack(TrainingState state) {
            checkpoints.afterRollBack(state);
            throw new IllegalStateException("killed");
          }
        };
    QatTrainer trainer = new QatTrainer(spark, settings).workers(1).keeper(killed);
    assertThatThrownBy(() -> TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer))
        .hasMessage("killed");

    TrainingState latest = store.latest().orElseThrow().state();
    assertThat(latest.position().attempt()).isEqualTo(1);
    TrainingState end =
        new QatTrainer(spark, settings)
            .milestones(tag -> store.tagged(tag).map(Checkpoint::state))
            .train(
                latest,
                TinyJob.data(TinyJob.table(spark, ROWS)),
                TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2))));
    assertSame(end, whole);
  }

  private static void assertSame(TrainingState actual, TrainingState expected) {
    assertThat(actual.position()).isEqualTo(expected.position());
    assertThat(actual.parameters()).isEqualTo(expected.parameters());
    assertThat(actual.ranges()).isEqualTo(expected.ranges());
    assertThat(actual.statistics()).isEqualTo(expected.statistics());
    assertThat(actual.results()).isEqualTo(expected.results());
  }
}
