package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.data.Portion;
import org.sparkqat.data.ShardStorage;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.distributed.exchange.ExchangeSettings;
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
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** A gated job that holds rows out of its training data. */
@ExtendWith(SparkTestKit.class)
class ValidationTest {

  private static final List<Row> ROWS = TinyJob.rows(110, 1);
  private static final double SHARE = 0.25;

  @TempDir private Path folder;

  /** Its second stage ruins the network at first. */
  private static TrainingSettings settings() {
    Gate gate =
        new Gate(
            OptionalDouble.empty(),
            OptionalDouble.of(0.3),
            Reference.PREVIOUS,
            1,
            1e-4,
            Failure.STOP);
    return TinyJob.settings()
        .stages(
            new Stages(
                List.of(
                    Stage.ofFloat(
                        "float", QuantizationScheme.W8A8, 1, new LearningRate.Constant(0.1, 0)),
                    Stage.quantized(
                            "w8a8", QuantizationScheme.W8A8, 1, new LearningRate.Constant(40, 0))
                        .gate(gate))));
  }

  private static ShardedDataset side(Dataset<Row> table, Portion portion) {
    return ShardedDataset.prepare(
        table, portion, TinyJob.SCHEMA, TinyJob.SHARDS, 7, ShardStorage.AUTO);
  }

  private static TrainingState train(
      SparkSession spark, Dataset<Row> table, QatTrainer trainer, TrainingState start) {
    return trainer
        .validation(side(table, Portion.heldOut(SHARE)))
        .train(
            start,
            side(table, Portion.withoutHeldOut(SHARE)),
            TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2))));
  }

  private static QatTrainer trainer(SparkSession spark, int workers, ExchangeSettings.Mode mode) {
    return new QatTrainer(spark, settings())
        .workers(workers)
        .exchange(ExchangeSettings.DEFAULT.mode(mode));
  }

  /** What is told of evaluations and decisions. */
  private static final class Told implements TrainingListener {
    private final List<Evaluation> tested = new ArrayList<>();
    private final List<Evaluation> validated = new ArrayList<>();
    private final List<RollBack> rollBacks = new ArrayList<>();

    @Override
    public void evaluated(TrainingState state, Evaluation evaluation) {
      tested.add(evaluation);
    }

    @Override
    public void validated(TrainingState state, Evaluation evaluation) {
      validated.add(evaluation);
    }

    @Override
    public void rolledBack(RollBack rollBack) {
      rollBacks.add(rollBack);
    }
  }

  @Test
  void theDecisionsAndTheResultAreTheSameOnEveryClusterAndAfterARestart(SparkSession spark) {
    CheckpointStore store =
        CheckpointStore.open(
            new org.apache.hadoop.fs.Path(folder.toUri()),
            new Configuration(),
            new CheckpointOrigin(Map.of(), "test", ""),
            new CheckpointRetention(100));
    Told told = new Told();
    QatTrainer alone =
        trainer(spark, 1, ExchangeSettings.Mode.JOB_PER_STEP)
            .listener(told)
            .keeper(new CheckpointKeeper(store, settings().stages(), 1));
    TrainingState expected = train(spark, TinyJob.table(spark, ROWS), alone, alone.initialState());

    assertThat(told.rollBacks).hasSize(1);
    assertThat(told.rollBacks.get(0).data()).contains(EvaluationSet.VALIDATION);
    assertThat(told.validated).hasSameSizeAs(told.tested);
    long heldOut = told.validated.get(0).examples();
    assertThat(told.validated).allMatch(each -> each.examples() == heldOut);
    assertThat(heldOut).isBetween(10L, 50L);
    assertThat(told.tested).allMatch(each -> each.examples() == 60);
    assertThat(expected.results())
        .containsEntry("w8a8StageFailures", 1.0)
        .containsEntry("qatValidationLoss", told.validated.get(told.validated.size() - 1).loss())
        .containsEntry("qatLoss", told.tested.get(told.tested.size() - 1).loss());

    List<Row> shuffled = new ArrayList<>(ROWS);
    Collections.shuffle(shuffled, new Random(3));
    QatTrainer together = trainer(spark, 2, ExchangeSettings.Mode.RESIDENT);
    assertSame(
        train(
            spark,
            TinyJob.table(spark, shuffled).repartition(5),
            together,
            together.initialState()),
        expected);

    List<String> checkpoints = store.names();
    for (int at : new int[] {1, checkpoints.size() / 2, checkpoints.size() - 2}) {
      QatTrainer resumed =
          trainer(spark, 3, ExchangeSettings.Mode.JOB_PER_STEP)
              .milestones(tag -> store.tagged(tag).map(Checkpoint::state));
      TrainingState start = store.named(checkpoints.get(at)).state();
      assertSame(train(spark, TinyJob.table(spark, ROWS).repartition(2), resumed, start), expected);
    }
  }

  private static void assertSame(TrainingState state, TrainingState expected) {
    assertThat(state.parameters()).isEqualTo(expected.parameters());
    assertThat(state.statistics()).isEqualTo(expected.statistics());
    assertThat(state.ranges()).isEqualTo(expected.ranges());
    assertThat(state.results()).isEqualTo(expected.results());
    assertThat(state.position()).isEqualTo(expected.position());
  }
}
