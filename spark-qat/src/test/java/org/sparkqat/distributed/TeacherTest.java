package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.worker.Teacher;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Network;
import org.sparkqat.network.Zoo;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Distillation;
import org.sparkqat.training.TrainingState;

/** A network that learns from another one's outputs. */
@ExtendWith(SparkTestKit.class)
class TeacherTest {

  private static Teacher teacher(long seed) {
    Network network = TinyJob.network();
    return new Teacher(
        network,
        TinyJob.settings().worker().normalization(),
        Initialization.parameters(network, seed),
        Initialization.statistics(network),
        new Distillation(2, 0.5));
  }

  private static TrainingState train(
      SparkSession spark, TrainingSettings settings, List<Row> rows, int workers) {
    ExchangeSettings.Mode mode =
        workers == 1 ? ExchangeSettings.Mode.JOB_PER_STEP : ExchangeSettings.Mode.RESIDENT;
    QatTrainer trainer =
        new QatTrainer(spark, settings)
            .workers(workers)
            .exchange(ExchangeSettings.DEFAULT.mode(mode));
    return TinyJob.train(spark, TinyJob.table(spark, rows), trainer);
  }

  @Test
  void theClusterChangesNoBitOfWhatIsLearned(SparkSession spark) {
    TrainingSettings plain = TinyJob.settings();
    TrainingSettings taught = plain.worker(plain.worker().teacher(teacher(7)));
    List<Row> rows = TinyJob.rows(240, 1);
    List<Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(5));

    TrainingState one = train(spark, taught, rows, 1);
    TrainingState two = train(spark, taught, shuffled, 2);

    assertThat(two.parameters()).isEqualTo(one.parameters());
    assertThat(two.ranges().flat()).isEqualTo(one.ranges().flat());
    assertThat(one.parameters()).isNotEqualTo(train(spark, plain, rows, 1).parameters());
  }

  @Test
  void aTeacherTravelsUnchanged() {
    WorkerSpecification specification = TinyJob.settings().worker().teacher(teacher(7));

    Teacher copy = WorkerSpecification.decode(specification.encode()).teacher().orElseThrow();

    assertThat(copy).usingRecursiveComparison().isEqualTo(specification.teacher().orElseThrow());
  }

  @Test
  void aTeacherOfSomethingElseIsRefused() {
    Network other = Zoo.network("lenet5", new Shape(1, 28, 28), 10);
    Teacher teacher =
        new Teacher(
            other,
            TinyJob.settings().worker().normalization(),
            Initialization.parameters(other, 1),
            Initialization.statistics(other),
            new Distillation(2, 0.5));

    assertThatThrownBy(() -> TinyJob.settings().worker().teacher(teacher))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "Invalid teacher 'lenet5': it turns [1, 28, 28] into [10] (expected");
  }
}
