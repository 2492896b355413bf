package org.sparkqat.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.StepTiming;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;

class MetricsLogTest {

  @TempDir private Path temporary;
  private RunFolder folder;

  @BeforeEach
  void open() throws IOException {
    folder = RunFolder.of(temporary.toString(), new Configuration());
  }

  private static Map<String, Object> step(long step) {
    StepTiming timing = new StepTiming(100_000_000, 0, 0, 0, 100_000_000);
    StepReport report =
        new StepReport(
            new Position(Phase.FLOAT, 0, 0, step - 1),
            128,
            0.5,
            0.1,
            new ClipTotals(8, 1, 3, 0.5, 2, 4),
            new ClipReport(2, 1, 0, 0),
            1,
            100,
            StageFigures.NONE,
            timing);
    return new StepMetrics("float", report, 0.25).event();
  }

  private static Map<String, Object> evaluation(long step) {
    return new EvaluationMetrics(
            EvaluationSet.TEST, "float", "float", Phase.FLOAT, 1, step, 0.9, 0.3, 1000)
        .event();
  }

  private List<String> events() throws IOException {
    List<String> events = new ArrayList<>();
    MetricsLog.read(folder, event -> events.add(event.get("kind") + " " + event.get("step")));
    return events;
  }

  @Test
  void eventsAppearOneALineWhenTheyAreFlushed() throws IOException {
    MetricsLog log = MetricsLog.start(folder);
    log.add(step(1));
    assertThat(temporary.resolve("metrics.jsonl")).doesNotExist();
    log.flush();
    log.add(step(2));
    log.flush();
    log.flush();
    assertThat(Files.readAllLines(temporary.resolve("metrics.jsonl")))
        .hasSize(2)
        .first()
        .isEqualTo(
            "{\"kind\":\"step\",\"stage\":\"float\",\"phase\":\"float\",\"epoch\":1,\"step\":1,"
                + "\"examples\":128,\"loss\":0.5,\"learningRate\":0.1,\"gradientNorm\":2.0,"
                + "\"clipFactor\":1.0,\"clippedShards\":1,\"clipRate\":0.125,"
                + "\"shardGradientNorm\":3.0,\"shardClipFactor\":0.5,\"clippedUnits\":2,"
                + "\"clippedValues\":4,\"globalClippedUnits\":0,\"globalClippedValues\":0,"
                + "\"saturationRate\":0.01,\"seconds\":0.25,"
                + "\"examplesPerSecond\":512.0,\"computeSeconds\":0.1,\"waitSeconds\":0.0,"
                + "\"wireSeconds\":0.0,\"mergeSeconds\":0.0,\"updateSeconds\":0.1}");
  }

  @Test
  void aNewRunStartsANewLog() throws IOException {
    Files.writeString(temporary.resolve("metrics.jsonl"), "{\"kind\":\"step\",\"step\":9}\n");
    MetricsLog log = MetricsLog.start(folder);
    log.add(step(1));
    log.flush();
    assertThat(events()).containsExactly("step 1");
  }

  @Test
  void aResumedRunHasNoStepTwice() throws IOException {
    MetricsLog log = MetricsLog.start(folder);
    for (int step = 1; step <= 4; step++) {
      log.add(step(step));
    }
    log.add(evaluation(4));
    log.add(step(5));
    log.flush();
    Path file = temporary.resolve("metrics.jsonl");
    Files.writeString(file, "{\"kind\":\"step\",\"st", StandardOpenOption.APPEND);

    MetricsLog resumed = MetricsLog.resume(folder, 4);
    resumed.add(evaluation(4));
    resumed.add(step(5));
    resumed.add(step(6));
    resumed.flush();
    assertThat(events())
        .containsExactly(
            "step 1", "step 2", "step 3", "step 4", "evaluation 4", "step 5", "step 6");
  }

  @Test
  void aRunResumedBeforeItsFirstEventHasALog() throws IOException {
    MetricsLog log = MetricsLog.resume(folder, 0);
    log.add(step(1));
    log.flush();
    assertThat(events()).containsExactly("step 1");
  }

  @Test
  void numbersThatJsonDoesNotHaveAreNull() {
    assertThat(Json.line(Map.of("loss", Double.NaN))).isEqualTo("{\"loss\":null}");
  }
}
