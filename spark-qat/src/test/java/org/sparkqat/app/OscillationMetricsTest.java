package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that watches oscillations writes what it finds. */
class OscillationMetricsTest {

  /** Of the small network: two convolutions and what follows. */
  private static final int WEIGHTS = 4 * 9 + 4 * 4 * 9 + 3 * 64;

  @TempDir private Path folder;

  private List<JsonNode> steps(String... settings) throws IOException {
    SmallJob job = SmallJob.in(folder);
    List<String> command = new ArrayList<>(List.of(job.arguments("out")));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Main.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err)),
            command.toArray(new String[0]));
    assertThat(exitCode).as(err.toString()).isZero();
    List<JsonNode> steps = new ArrayList<>();
    for (String line : Files.readAllLines(job.path("out").resolve("metrics.jsonl"))) {
      JsonNode event = new ObjectMapper().readTree(line);
      if (event.get("kind").asText().equals("step")) {
        steps.add(event);
      }
    }
    return steps;
  }

  @Test
  void everyQuantizedStepHasTheSharesOfTheWeights() throws IOException {
    List<JsonNode> steps =
        steps(
            "quantization.weights.bits=2",
            "training.qat-learning-rate={schedule: constant, base: 0.3}",
            "training.oscillations={watch: true, momentum: 0.3, threshold: 0.2, freeze-above: 0.4}");

    assertThat(steps).hasSize(SmallJob.STEPS);
    double mostOscillating = 0;
    double held = 0;
    for (JsonNode step : steps) {
      boolean quantized = step.get("phase").asText().equals("qat");
      assertThat(step.has("oscillatingWeights")).isEqualTo(quantized);
      assertThat(step.has("heldWeights")).isEqualTo(quantized);
      if (quantized) {
        assertIsACount(step.get("oscillatingWeights").asDouble());
        assertIsACount(step.get("heldWeights").asDouble());
        assertThat(step.get("heldWeights").asDouble()).isGreaterThanOrEqualTo(held);
        held = step.get("heldWeights").asDouble();
        mostOscillating = Math.max(mostOscillating, step.get("oscillatingWeights").asDouble());
      }
    }
    assertThat(mostOscillating).isPositive();
    assertThat(held).isPositive();
  }

  /** A share of the weights: a whole number of them. */
  private static void assertIsACount(double share) {
    double count = share * WEIGHTS;
    assertThat(Math.abs(count - Math.rint(count))).isLessThan(1e-9);
  }
}
