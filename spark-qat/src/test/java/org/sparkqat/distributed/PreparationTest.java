package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/** What becomes of weights at the beginning and at the end of stages. */
@ExtendWith(SparkTestKit.class)
class PreparationTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);

  private final KeptStates states = new KeptStates();

  private TrainingState alone(SparkSession spark, TrainingSettings settings) {
    return TinyJob.train(
        spark,
        TinyJob.table(spark, ROWS),
        new QatTrainer(spark, settings)
            .workers(1)
            .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP))
            .keeper(states));
  }

  private static TrainingState together(SparkSession spark, TrainingSettings settings) {
    return TinyJob.train(
        spark,
        TinyJob.table(spark, ROWS).repartition(3),
        new QatTrainer(spark, settings).workers(2));
  }

  private static void assertSame(TrainingState state, TrainingState expected) {
    assertThat(state.parameters()).isEqualTo(expected.parameters());
    assertThat(state.statistics()).isEqualTo(expected.statistics());
    assertThat(state.ranges()).isEqualTo(expected.ranges());
    assertThat(state.results()).isEqualTo(expected.results());
  }

  /** The same job with a network in which two layers follow each other. */
  private static WorkerSpecification pair(WorkerSpecification of) {
    Network network =
        Network.builder("pair", of.network().inputShape())
            .add("conv", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITHOUT))
            .add("bn", Layer.BatchNormalization.DEFAULT)
            .add("relu", new Layer.Relu())
            .add("next", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
            .add("bn2", Layer.BatchNormalization.DEFAULT)
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(3, Bias.WITH))
            .build();
    return new WorkerSpecification(
        network,
        of.normalization(),
        of.scheme(),
        of.loss(),
        of.clipping(),
        of.augmentations(),
        of.classes(),
        of.microBatch(),
        of.shards(),
        of.seed(),
        of.engine());
  }

  @Test
  void anAverageIsTheSameOnEveryClusterAndAfterAResume(SparkSession spark) {
    TrainingSettings settings = TinyJob.settings().average(new WeightAverage(0.9));

    TrainingState end = alone(spark, settings);

    assertSame(together(spark, settings), end);
    TrainingState middle =
        states.stream()
            .filter(s -> s.position().phase() == Phase.QAT && s.position().stepOfEpoch() > 0)
            .findFirst()
            .orElseThrow();
    assertSame(
        new QatTrainer(spark, settings)
            .train(
                middle,
                TinyJob.data(TinyJob.table(spark, ROWS)),
                TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))),
        end);
    assertThat(end.parameters()).isNotEqualTo(alone(spark, TinyJob.settings()).parameters());
    assertThat(end.memory().arrays()).isEmpty();
  }

  @Test
  void quantizationAfterTrainingPreparesTheNetworkAlikeOnEveryCluster(SparkSession spark) {
    Stages stages =
        new Stages(
            List.of(
                Stage.ofFloat(
                    "float", QuantizationScheme.W8A8, 1, new LearningRate.Constant(0.1, 0)),
                Stage.quantized(
                    "calibrated", QuantizationScheme.W8A8, 0, new LearningRate.Constant(0.1, 0))));
    TrainingSettings tiny = TinyJob.settings();
    TrainingSettings plain = tiny.worker(pair(tiny.worker())).stages(stages);
    Network network = plain.worker().network();
    Set<Preparation> all = EnumSet.allOf(Preparation.class);

    TrainingState end = alone(spark, plain.preparations(all));

    assertSame(together(spark, plain.preparations(all)), end);
    TrainingState unprepared = alone(spark, plain);
    assertThat(end.results().get("floatLoss")).isEqualTo(unprepared.results().get("floatLoss"));
    int gamma = network.parameters().parameter("bn.gamma").offset();
    assertThat(end.parameters()[gamma]).isNotEqualTo(unprepared.parameters()[gamma]);
    int bias = network.parameters().parameter("fc.bias").offset();
    assertThat(end.parameters()[bias]).isNotEqualTo(unprepared.parameters()[bias]);
    assertThat(end.statistics()).isNotEqualTo(unprepared.statistics());
    assertThat(end.results()).containsKey("ptqAccuracy");
  }
}
