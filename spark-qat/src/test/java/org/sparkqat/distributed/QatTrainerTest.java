package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.data.InvalidDataException;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;

@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QatTrainerTest {

  private static final List<Row> ROWS = TinyJob.rows(300, 1);

  private TrainingState reference;

  @BeforeAll
  void trainTheReference(SparkSession spark) {
    reference = TinyJob.train(spark, TinyJob.table(spark, ROWS), 1);
  }

  @Test
  void trainsAllPhasesAndLearns(SparkSession spark) {
    assertThat(reference.position().phase()).isEqualTo(Phase.DONE);
    assertThat(reference.position().step()).isEqualTo(3 * (300 / 32));
    assertThat(reference.results().keySet())
        .contains("floatAccuracy", "ptqAccuracy", "qatAccuracy");
    assertThat(reference.results().get("qatAccuracy")).isGreaterThan(0.8);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8, 20})
  void theNumberOfWorkersChangesNoBit(int workers, SparkSession spark) {
    assertSameResult(TinyJob.train(spark, TinyJob.table(spark, ROWS), workers));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 17})
  void thePartitioningOfTheInputChangesNoBit(int partitions, SparkSession spark) {
    Dataset<Row> table = TinyJob.table(spark, ROWS).repartition(partitions);
    assertSameResult(TinyJob.train(spark, table, 2));
  }

  @Test
  void theOrderOfTheInputChangesNoBit(SparkSession spark) {
    List<Row> shuffled = new ArrayList<>(ROWS);
    Collections.shuffle(shuffled, new Random(11));
    assertSameResult(TinyJob.train(spark, TinyJob.table(spark, shuffled).coalesce(1), 2));
    Dataset<Row> sorted = TinyJob.table(spark, shuffled).orderBy("label", "image");
    assertSameResult(TinyJob.train(spark, sorted, 2));
  }

  @Test
  void javaSerializationChangesNoBit() throws IOException {
    assertThat(JavaSerializedJob.parametersSha256())
        .isEqualTo(ParameterLayout.sha256(reference.parameters()));
  }

  @Test
  void goingOnFromAnyStepChangesNoBit(SparkSession spark) {
    KeptStates kept = new KeptStates();
    QatTrainer keeping = new QatTrainer(spark, TinyJob.settings()).keeper(kept);
    TinyJob.train(spark, TinyJob.table(spark, ROWS), keeping);
    for (long stop : new long[] {1, 9, 11, 20}) {
      TrainingState middle =
          kept.stream().filter(s -> s.position().step() >= stop).findFirst().orElseThrow();
      QatTrainer trainer = new QatTrainer(spark, TinyJob.settings());
      assertSameResult(
          trainer.train(
              middle,
              TinyJob.data(TinyJob.table(spark, ROWS)),
              TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))));
    }
  }

  @Test
  void aLossThatIsNotFiniteNamesStepAndLayer(SparkSession spark) {
    QatTrainer trainer = new QatTrainer(spark, TinyJob.settings());
    TrainingState start = trainer.initialState();
    int weight = TinyJob.network().parameters().parameter("conv2.weight").offset();
    start.parameters()[weight] = Float.NaN;
    assertThatThrownBy(
            () ->
                trainer.train(
                    start,
                    TinyJob.data(TinyJob.table(spark, ROWS)),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("step 0")
        .hasMessageContaining("layer 'conv2'");
  }

  @Test
  void fewerExamplesThanOneGlobalBatchAreRefused(SparkSession spark) {
    QatTrainer trainer = new QatTrainer(spark, TinyJob.settings());
    assertThatThrownBy(
            () ->
                trainer.train(
                    trainer.initialState(),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(31, 1))),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("31 examples")
        .hasMessageContaining("32");
  }

  private void assertSameResult(TrainingState state) {
    assertThat(ParameterLayout.sha256(state.parameters()))
        .isEqualTo(ParameterLayout.sha256(reference.parameters()));
    assertThat(ParameterLayout.sha256(state.ranges().flat()))
        .isEqualTo(ParameterLayout.sha256(reference.ranges().flat()));
    assertThat(state.statistics()).isEqualTo(reference.statistics());
    assertThat(state.results()).isEqualTo(reference.results());
  }
}
