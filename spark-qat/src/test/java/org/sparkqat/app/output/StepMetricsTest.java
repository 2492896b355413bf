package org.sparkqat.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;

class StepMetricsTest {

  private static Map<String, Object> event(StageFigures figures) {
    StepReport report =
        new StepReport(
            new Position(Phase.QAT, 0, 0, 4),
            128,
            0.5,
            0.1,
            ClipTotals.EMPTY,
            new ClipReport(2, 1, 0, 0),
            1,
            100,
            figures,
            StepTiming.NONE);
    return new StepMetrics("qat", report, 0.25).event();
  }

  @Test
  void aLineHasTheSharesOfOscillatingAndOfHeldWeights() {
    assertThat(event(StageFigures.NONE.weights(0.25, 0.125)))
        .containsEntry("oscillatingWeights", 0.25)
        .containsEntry("heldWeights", 0.125);
  }

  @Test
  void aLineHasNoFiguresOfWhatNobodyWatches() {
    assertThat(event(StageFigures.NONE))
        .doesNotContainKeys("oscillatingWeights", "heldWeights", "batchNormDrift", "heldRanges");
    assertThat(event(StageFigures.NONE.held(0.5)))
        .doesNotContainKey("oscillatingWeights")
        .containsEntry("heldWeights", 0.5);
  }
}
