package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.testkit.SparkTestKit;
import picocli.CommandLine;

/** {@code evaluate --integer-only} of a model that {@code train} has made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EvaluateIntegersTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String model = "";

  @BeforeAll
  void train(@TempDir Path folder) throws IOException {
    assertThat(SparkTestKit.session().sparkContext().isStopped()).isFalse();
    SmallJob job = SmallJob.in(folder);
    List<String> command = new ArrayList<>(List.of(job.arguments("trained")));
    for (String epochs : List.of("training.float-epochs=1", "training.qat-epochs=1")) {
      command.addAll(List.of("--set", epochs));
    }
    command.addAll(List.of("--set", "quantization.batch-norm-freeze-epoch=0"));
    command.addAll(List.of("--set", "quantization.integer-true=fixed-point-double"));
    assertThat(run(command.toArray(new String[0]))).as(err.toString()).isZero();
    model = job.path("trained").toString();
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return Main.run(commandLine, arguments);
  }

  private JsonNode evaluated(String... more) throws IOException {
    String[] command = new String[more.length + 4];
    System.arraycopy(new String[] {"evaluate", "--model", model, "--json"}, 0, command, 0, 4);
    System.arraycopy(more, 0, command, 4, more.length);
    assertThat(run(command)).as(err.toString()).isZero();
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void theRoundingOfTheRunHasThePredictionsAndTheLossOfItsEvaluation() throws IOException {
    JsonNode quantized = evaluated();
    JsonNode integers = evaluated("--integer-only");
    assertThat(integers.get("rounding").asText()).isEqualTo("fixed-point-double");
    for (String form : new String[] {"ptq", "qat"}) {
      assertThat(integers.get(form + "IntegerAccuracy"))
          .isEqualTo(quantized.get(form + "Accuracy"));
      assertThat(integers.get(form + "IntegerLoss")).isEqualTo(quantized.get(form + "Loss"));
      assertThat(integers.get(form + "DifferingPredictions").asDouble()).isZero();
    }
    assertThat(integers.get("examples").asInt()).isEqualTo(60);
    assertThat(integers.has("floatIntegerAccuracy")).isFalse();
    JsonNode summary = new ObjectMapper().readTree(Path.of(model).resolve("summary.json").toFile());
    assertThat(summary.get("integerAccuracy")).isEqualTo(quantized.get("qatAccuracy"));
    assertThat(summary.get("arithmeticReason").asText())
        .isEqualTo("integer-true arithmetic is in Java");
  }

  @Test
  void anotherRoundingIsReportedInATable() {
    assertThat(
            run(
                "evaluate",
                "--model",
                model,
                "--integer-only",
                "--rounding",
                "float-half-even",
                "--mode",
                "qat"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString().lines().toList())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(0))
                  .matches("integer only, float-half-even +accuracy +loss +other predictions");
              assertThat(lines.get(2)).matches("qat +[0-9.]+ % +[0-9.]+ +[0-9.]+ %");
            });
  }

  @Test
  void wrongOptionsAreRefused() {
    assertThat(run("evaluate", "--model", model, "--rounding", "float-half-even")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid options: --rounding without --integer-only");
    assertThat(run("evaluate", "--model", model, "--integer-only", "--rounding", "up"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "Invalid --rounding: up (allowed: fixed-point-double, fixed-point-single, float-half-even)");
    assertThat(run("evaluate", "--model", model, "--integer-only", "--mode", "float")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Invalid --mode: float (--integer-only evaluates quantized");
  }
}
