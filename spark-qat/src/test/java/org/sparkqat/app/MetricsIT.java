package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink that Spark's settings name receives the metrics of a training, and so does its log. */
@Tag("cli")
class MetricsIT {

  private static final String SINK = "spark.metrics.conf.*.sink.csv.";

  @TempDir private static Path folder;

  @Test
  void sinksAndLogHaveEveryStep() throws IOException {
    SmallJob job = SmallJob.in(folder);
    Path csv = Files.createDirectory(folder.resolve("csv"));
    String[] arguments = {
      "--master", "local[2]",
      "--conf", SINK + "class=org.apache.spark.metrics.sink.CsvSink",
      "--conf", SINK + "period=1",
      "--conf", SINK + "unit=seconds",
      "--conf", SINK + "directory=" + csv,
      "--conf", "spark.metrics.namespace=job"
    };
    SmallJob.Result result = job.train("metrics", arguments);

    int calibration = 3;
    List<String> steps = column(csv, "step", "count");
    assertThat(steps.get(steps.size() - 1)).isEqualTo(String.valueOf(SmallJob.STEPS + calibration));
    for (String part : List.of("compute", "wire", "merge", "update")) {
      List<String> means = column(csv, "step." + part, "mean");
      assertThat(Double.parseDouble(means.get(means.size() - 1))).as(part).isPositive();
    }
    assertThat(csv.resolve("job.driver.sparkqat.step.wait.csv")).exists();
    for (String gauge : List.of("examplesPerSecond", "loss", "clipRate", "saturationRate")) {
      List<String> values = column(csv, gauge, "value");
      assertThat(Double.parseDouble(values.get(values.size() - 1))).as(gauge).isNotNegative();
    }

    List<JsonNode> events = events(job.path("metrics").resolve("metrics.jsonl"));
    assertThat(events).hasSize(SmallJob.STEPS);
    for (JsonNode event : events) {
      double parts = 0;
      for (String part : List.of("compute", "wait", "wire", "merge", "update")) {
        parts += event.get(part + "Seconds").asDouble();
      }
      // What is left are the watchers themselves: metrics and checkpoints.
      assertThat(parts).isPositive().isLessThanOrEqualTo(event.get("seconds").asDouble());
      assertThat(event.get("examplesPerSecond").asDouble()).isPositive();
      assertThat(event.get("clipRate").asDouble()).isBetween(0.0, 1.0);
      assertThat(event.has("saturationRate")).isEqualTo(event.get("phase").asText().equals("qat"));
    }
    JsonNode summary =
        new ObjectMapper().readTree(job.path("metrics").resolve("summary.json").toFile());
    assertThat(summary.get("arithmetic").asText()).isIn("integer", "float");
    assertThat(summary.get("arithmetic").asText().equals("integer"))
        .isEqualTo(summary.get("arithmeticReason").isNull());
    assertThat(result.messages()).doesNotContain("ERROR");
  }

  private static List<JsonNode> events(Path log) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      JsonNode event = new ObjectMapper().readTree(line);
      if (event.get("kind").asText().equals("step")) {
        steps.add(event);
      }
    }
    return steps;
  }

  /** A column of what the sink wrote of one metric. */
  private static List<String> column(Path csv, String metric, String name) throws IOException {
    List<String> lines = Files.readAllLines(csv.resolve("job.driver.sparkqat." + metric + ".csv"));
    int index = List.of(lines.get(0).split(",", -1)).indexOf(name);
    return lines.stream().skip(1).map(line -> line.split(",", -1)[index]).toList();
  }
}
