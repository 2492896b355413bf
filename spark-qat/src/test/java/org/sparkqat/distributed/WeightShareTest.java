package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.HeldWeights;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Phase;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** Stages in which only a part of the weights is quantized. */
@ExtendWith(SparkTestKit.class)
class WeightShareTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);
  private static final QuantizationScheme W4A8 =
      new QuantizationScheme(
          WeightQuantizer.DEFAULT.withBits(4), ActivationQuantizer.DEFAULT, 0, List.of());

  private final KeptStates states = new KeptStates();

  private static TrainingSettings settings(QuantizedShare... shares) {
    List<Stage> stages = new ArrayList<>();
    stages.add(Stage.ofFloat("float", W4A8, 1, new LearningRate.Constant(0.1, 0)));
    for (QuantizedShare share : shares) {
      stages.add(
          Stage.quantized("part" + stages.size(), W4A8, 1, new LearningRate.Constant(0.02, 0))
              .share(share));
    }
    return TinyJob.settings().stages(new Stages(stages));
  }

  private TrainingState trainAlone(SparkSession spark, TrainingSettings settings) {
    return TinyJob.train(
        spark,
        TinyJob.table(spark, ROWS),
        new QatTrainer(spark, settings)
            .workers(1)
            .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP))
            .keeper(states));
  }

  private void assertClusterAndResumeChangeNoBit(
      SparkSession spark, TrainingSettings settings, TrainingState expected) {
    QatTrainer together = new QatTrainer(spark, settings).workers(2);
    assertSame(TinyJob.train(spark, TinyJob.table(spark, ROWS).repartition(3), together), expected);
    List<TrainingState> kept = states.list();
    for (int i : new int[] {kept.size() / 2, kept.size() - 2}) {
      assertSame(
          new QatTrainer(spark, settings)
              .train(
                  kept.get(i),
                  TinyJob.data(TinyJob.table(spark, ROWS)),
                  TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))),
          expected);
    }
  }

  @Test
  void heldWeightsNeverMove(SparkSession spark) {
    TrainingSettings settings =
        settings(
            new QuantizedShare.Largest(0.5),
            new QuantizedShare.Largest(0.75),
            new QuantizedShare.Largest(1));
    TrainingState end = trainAlone(spark, settings);

    TrainingState before = states.list().get(0);
    int moved = 0;
    for (TrainingState state : states.list()) {
      float[] held = before.memory().of(HeldWeights.HELD).orElse(new float[0]);
      for (int i = 0; i < held.length; i++) {
        if (held[i] > 0) {
          assertThat(state.parameters()[i]).isEqualTo(before.parameters()[i]);
          assertThat(state.memory().of(HeldWeights.HELD).orElseThrow()[i]).isEqualTo(1);
        } else if (state.parameters()[i] != before.parameters()[i]) {
          moved++;
        }
      }
      before = state;
    }
    assertThat(moved).isPositive();
    assertThat(shareOfHeld(Phase.QAT, 1)).isEqualTo(0.5);
    assertThat(shareOfHeld(Phase.QAT, 2)).isEqualTo(0.75);
    assertThat(shareOfHeld(Phase.DONE, 3)).isEqualTo(1);
    assertOnCodes(end);
    assertClusterAndResumeChangeNoBit(spark, settings, end);
  }

  /** Share of conv2's weights, 36 an output. */
  private double shareOfHeld(Phase phase, int stage) {
    TrainingState last =
        states.stream()
            .filter(s -> s.position().phase() == phase && s.position().stage() == stage)
            .reduce((a, b) -> b)
            .orElseThrow();
    var weight = TinyJob.network().parameters().parameter("conv2.weight");
    float[] held = last.memory().of(HeldWeights.HELD).orElseThrow();
    int count = 0;
    for (int i = weight.offset(); i < weight.end(); i++) {
      count += held[i] > 0 ? 1 : 0;
    }
    return (double) count / weight.size();
  }

  private static void assertOnCodes(TrainingState end) {
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(TinyJob.network()), W4A8);
    for (Block block : graph.graph().blocks()) {
      if (block.isWeighted()) {
        FoldedWeights served =
            FoldedWeights.served(
                block,
                graph,
                Arithmetic.QUANTIZED,
                end.parameters(),
                end.statistics(),
                end.ranges());
        float[] codes = served.values();
        float[] scales = served.scales();
        int perOutput = codes.length / scales.length;
        for (int i = 0; i < codes.length; i++) {
          float real = end.parameters()[served.weight().offset() + i];
          float unit = scales[i / perOutput] / served.factor(i / perOutput);
          assertThat(Math.abs(real / unit - codes[i])).isLessThan(1e-4f);
        }
      }
    }
  }

  @Test
  void aBlendEndsWithQuantizedWeights(SparkSession spark) {
    TrainingSettings settings =
        settings(new QuantizedShare.Blend(0, 1), new QuantizedShare.Blend(1, 1));
    assertClusterAndResumeChangeNoBit(spark, settings, trainAlone(spark, settings));
  }

  @Test
  void noiseDependsOnSeedStepAndWeightAlone(SparkSession spark) {
    TrainingSettings settings =
        settings(new QuantizedShare.Sampled(0.2, 0.8), QuantizedShare.all());
    TrainingState end = trainAlone(spark, settings);
    assertClusterAndResumeChangeNoBit(spark, settings, end);
    assertThat(trainAlone(spark, settings(QuantizedShare.all(), QuantizedShare.all())).parameters())
        .isNotEqualTo(end.parameters());
  }

  private static void assertSame(TrainingState actual, TrainingState expected) {
    assertThat(actual.parameters()).isEqualTo(expected.parameters());
    assertThat(actual.ranges()).isEqualTo(expected.ranges());
    assertThat(actual.statistics()).isEqualTo(expected.statistics());
    assertThat(actual.results()).isEqualTo(expected.results());
  }
}
