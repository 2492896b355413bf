package org.sparkqat.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.output.EvaluationMetrics;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StepMetrics;
import org.sparkqat.app.output.Summary;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.engine.ArithmeticInUse;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;

class HtmlReportTest {

  @TempDir private Path temporary;

  private String report(int steps) throws IOException {
    RunFolder folder = RunFolder.of(temporary.toString(), new Configuration());
    MetricsLog log = MetricsLog.start(folder);
    for (int step = 1; step <= steps; step++) {
      Phase phase = step <= steps / 2 ? Phase.FLOAT : Phase.QAT;
      double loss = 3.0 / step;
      StepReport report =
          new StepReport(
              new Position(phase, 0, step - 1, step - 1),
              64,
              loss,
              0.1,
              new ClipTotals(8, step % 3, 4, 0.25, 0, 0),
              phase == Phase.FLOAT ? new ClipReport(2.5, 0.5, 0, 0) : new ClipReport(2.5, 1, 2, 3),
              0,
              0,
              StageFigures.NONE,
              new StepTiming(1, 2, 3, 4, 5));
      String stage = phase == Phase.FLOAT ? "float" : "qat";
      log.add(new StepMetrics(stage, report, 0.1).event());
    }
    if (steps > 0) {
      log.add(
          new EvaluationMetrics(
                  EvaluationSet.TEST, "float", "float", Phase.FLOAT, 1, steps / 2, 0.9, 0.3, 100)
              .event());
      log.add(
          new EvaluationMetrics(
                  EvaluationSet.TEST, "qat", "qat", Phase.QAT, 1, steps, 0.95, 0.2, 100)
              .event());
    }
    log.flush();
    Summary summary =
        new Summary(
            new Summary.Accuracies(
                OptionalDouble.of(0.9),
                OptionalDouble.empty(),
                OptionalDouble.of(0.95),
                OptionalDouble.empty()),
            0.2,
            steps,
            2,
            64L * steps,
            3661,
            List.of(
                Map.of("name", "float", "epochs", 1, "accuracy", 0.9, "loss", 0.3, "rolledBack", 0),
                Map.of("name", "w8a8", "epochs", 1, "accuracy", 0.97, "isResult", true),
                Map.of("name", "w4a4", "epochs", 1, "accuracy", 0.5, "rolledBack", 2)),
            "aa",
            "bb",
            "4.1.0",
            new ArithmeticInUse("onednn", "avx2", Optional.empty()),
            "0.1.0",
            Map.of());
    ModelTable model =
        ModelTable.of(
            QuantizedGraph.of(
                BlockGraph.of(Zoo.network("lenet5", new Shape(1, 28, 28), 10)),
                QuantizationScheme.W8A8));
    return HtmlReport.of(
        folder, model, summary, AccuracyTable.Measure.ACCURACY, "a: <script>alert(1)</script>");
  }

  @Test
  void thePageHasFiguresCurvesLayersAndConfiguration() throws IOException {
    assertThat(report(1000))
        .contains("<h1>lenet5</h1>", "90.00 %", "+5.00 points", "1 h 01 min")
        .contains("<polyline class=\"curve train\"", "<polyline class=\"curve form-qat\"")
        .contains("<td>conv1</td>", "int8 symmetric narrow per-channel")
        .contains("<td class=\"n\">66.6 %</td>")
        // 500 steps of QAT, in each 2 units and 3 values of the merged gradient.
        .contains("<td class=\"n\">1,000</td><td class=\"n\">1,500</td>")
        .contains("<td>w8a8 (result)</td>", "<td class=\"n\">97.00 %</td>")
        .contains("&lt;script&gt;alert(1)");
  }

  @Test
  void thePageNeedsNothingButItself() throws IOException {
    assertThat(report(10)).doesNotContain("http", "<script", "<link", "url(", "NaN", "Infinity");
  }

  @Test
  void aLongRunDoesNotMakeALongPage() throws IOException {
    assertThat(report(20_000)).hasSizeLessThan(80_000);
  }

  @Test
  void aRunWithoutStepsHasAPage() throws IOException {
    assertThat(report(0)).contains("<h1>lenet5</h1>").doesNotContain("<polyline");
  }
}
