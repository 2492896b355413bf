package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** The shares of oscillating and frozen weights that steps tell, against a count of their own. */
@ExtendWith(SparkTestKit.class)
class OscillationFiguresTest {

  /** Seven steps an epoch. */
  private static final List<Row> ROWS = TinyJob.rows(240, 1);

  private static final int QAT_STEPS = 2 * 7;
  private static final double MOMENTUM = 0.3;

  /** Below the frequency after one step back, 0.3. */
  private static final double THRESHOLD = 0.2;

  /** Above that after one step back, and below that after two in a row, 0.51. */
  private static final double FREEZE_ABOVE = 0.4;

  private static final QuantizationScheme SCHEME =
      new QuantizationScheme(
          WeightQuantizer.DEFAULT.withBits(2), ActivationQuantizer.DEFAULT, 0, List.of());

  private record Run(List<TrainingState> states, List<StepReport> reports) {
    private List<StageFigures> figures() {
      return reports.stream()
          .filter(report -> report.position().phase() == Phase.QAT)
          .map(StepReport::figures)
          .toList();
    }
  }

  private static Run train(SparkSession spark, double freezeAbove) {
    KeptStates states = new KeptStates();
    List<StepReport> reports = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepDone(StepReport report) {
            reports.add(report);
          }
        };
    TrainingSettings settings =
        TinyJob.settings(SCHEME)
            .watch(new OscillationWatch(MOMENTUM, THRESHOLD, freezeAbove))
            .stages(
                new Stages(
                    List.of(
                        Stage.ofFloat("float", SCHEME, 1, new LearningRate.Constant(0.1, 0)),
                        Stage.quantized("low", SCHEME, 2, new LearningRate.Constant(0.3, 0)))));
    TinyJob.train(
        spark,
        TinyJob.table(spark, ROWS),
        new QatTrainer(spark, settings).workers(1).keeper(states).listener(listener));
    List<TrainingState> afterSteps =
        states.stream()
            .filter(state -> state.position().phase() == Phase.QAT)
            .filter(state -> state.position().epoch() > 0 || state.position().stepOfEpoch() > 0)
            .toList();
    return new Run(afterSteps, reports);
  }

  /** The codes of all weights of a state, block after block. */
  private static float[] codes(TrainingState state) {
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(TinyJob.network()), SCHEME);
    float[] all = new float[36 + 144 + 108];
    int at = 0;
    for (Block block : graph.graph().blocks()) {
      if (block.isWeighted()) {
        float[] codes =
            FoldedWeights.served(
                    block,
                    graph,
                    Arithmetic.QUANTIZED,
                    state.parameters(),
                    state.statistics(),
                    state.ranges())
                .values();
        System.arraycopy(codes, 0, all, at, codes.length);
        at += codes.length;
      }
    }
    assertThat(at).isEqualTo(all.length);
    return all;
  }

  /** For each step and weight, how often its code has gone back of late. */
  private static List<double[]> frequencies(List<TrainingState> states) {
    List<double[]> all = new ArrayList<>();
    float[] before = codes(states.get(0));
    float[] direction = new float[before.length];
    double[] frequency = new double[before.length];
    all.add(frequency);
    for (TrainingState state : states.subList(1, states.size())) {
      float[] now = codes(state);
      frequency = frequency.clone();
      for (int i = 0; i < now.length; i++) {
        float move = now[i] - before[i];
        frequency[i] = (1 - MOMENTUM) * frequency[i] + (move * direction[i] < 0 ? MOMENTUM : 0);
        direction[i] = move == 0 ? direction[i] : move;
      }
      all.add(frequency);
      before = now;
    }
    return all;
  }

  private static double shareAbove(double[] frequencies, double threshold) {
    double above = 0;
    for (double frequency : frequencies) {
      above += frequency > threshold ? 1 : 0;
    }
    return above / frequencies.length;
  }

  @Test
  void stepsTellTheShareOfTheWeightsWhoseCodesGoBack(SparkSession spark) {
    Run run = train(spark, 0);

    // The state after the last step is at the end of the job, and not among these.
    List<double[]> frequencies = frequencies(run.states());
    assertThat(frequencies).hasSize(QAT_STEPS - 1);
    assertThat(run.figures()).hasSize(QAT_STEPS);
    double most = 0;
    for (int step = 0; step < frequencies.size(); step++) {
      double share = shareAbove(frequencies.get(step), THRESHOLD);
      assertThat(run.figures().get(step).oscillating()).hasValue(share);
      assertThat(run.figures().get(step).held()).hasValue(0);
      most = Math.max(most, share);
    }
    assertThat(most).isPositive();
    for (StepReport report : run.reports()) {
      boolean watched = report.position().phase() == Phase.QAT;
      assertThat(report.figures().oscillating().isPresent()).isEqualTo(watched);
      assertThat(report.figures().held().isPresent()).isEqualTo(watched);
    }
  }

  /** Until the first weights are frozen, the weights are those of a training that freezes none. */
  @Test
  void theFirstWeightsAreFrozenWhenTheirFrequencyIsTooHigh(SparkSession spark) {
    List<double[]> frequencies = frequencies(train(spark, 0).states());
    Run freezing = train(spark, FREEZE_ABOVE);

    List<StageFigures> figures = freezing.figures();
    int step = 0;
    while (shareAbove(frequencies.get(step), FREEZE_ABOVE) == 0) {
      assertThat(figures.get(step).oscillating())
          .hasValue(shareAbove(frequencies.get(step), THRESHOLD));
      assertThat(figures.get(step).held()).hasValue(0);
      step++;
    }
    assertThat(figures.get(step).held()).hasValue(shareAbove(frequencies.get(step), FREEZE_ABOVE));

    float[] codes = codes(freezing.states().get(step));
    for (int later = step; later < freezing.states().size(); later++) {
      float[] now = codes(freezing.states().get(later));
      int steady = 0;
      for (int i = 0; i < codes.length; i++) {
        boolean frozen = frequencies.get(step)[i] > FREEZE_ABOVE;
        steady += frozen && now[i] == codes[i] ? 1 : 0;
      }
      assertThat((double) steady / codes.length)
          .isCloseTo(figures.get(step).held().orElseThrow(), within(0.0));
      assertThat(figures.get(later).held().orElseThrow())
          .isGreaterThanOrEqualTo(figures.get(later - 1).held().orElseThrow());
    }
  }
}
