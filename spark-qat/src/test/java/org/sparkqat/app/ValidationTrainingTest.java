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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Training rows that are held out decide, and the test data report. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ValidationTrainingTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static SmallJob job;

  @BeforeAll
  static void writeTheJob() throws IOException {
    job = SmallJob.in(folder);
  }

  private record Outcome(int exitCode, String out, String err) {}

  private static Outcome run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)),
            arguments);
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  private static Outcome train(String output, String... settings) {
    List<String> command = new ArrayList<>(List.of(job.arguments(output)));
    for (String setting : settings) {
      command.addAll(List.of("--set", setting));
    }
    return run(command.toArray(new String[0]));
  }

  private static JsonNode json(String file) throws IOException {
    return JSON.readTree(folder.resolve(file).toFile());
  }

  private static List<JsonNode> lines(String kind) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("out/metrics.jsonl"))) {
      JsonNode event = JSON.readTree(line);
      if (event.get("kind").asText().equals(kind)) {
        lines.add(event);
      }
    }
    return lines;
  }

  @Test
  @Order(1)
  void gatesAndBitsAreDecidedOnThem() throws IOException {
    Outcome outcome =
        train(
            "out",
            "data.validation.share=0.25",
            "data.storage=disk",
            "quantization.first-last-bits=none",
            "quantization.mixed={average-bits: 5, candidates: [3, 8], examples: 32}",
            "quantization.batch-norm-freeze-epoch=never",
            "training.float-epochs=",
            "training.qat-epochs=",
            "training.stages=[{name: float, epochs: 1, float: true}, {name: low, epochs: 1,"
                + " learning-rate: {schedule: constant, base: 2},"
                + " gate: {max-loss-rise: 0, on-failure: keep}}]");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();

    JsonNode data = json("out/summary.json").get("data");
    int heldOut = data.get("validation").get("examples").asInt();
    assertThat(heldOut).isBetween(50, 115);
    assertThat(data.get("train").get("examples").asInt()).isEqualTo(330 - heldOut);
    assertThat(lines("evaluation").stream().map(each -> each.get("data").asText()))
        .containsExactly("test", "validation", "test", "validation", "test", "validation");
    assertThat(lines("evaluation").stream().map(each -> each.get("examples").asInt()))
        .containsExactly(60, heldOut, 60, heldOut, 60, heldOut);
    assertThat(lines("roll-back")).hasSize(1);
    assertThat(lines("roll-back").get(0).get("data").asText()).isEqualTo("validation");
    JsonNode stage = json("out/summary.json").get("stages").get(1);
    assertThat(stage.get("validationLoss")).isEqualTo(lines("evaluation").get(5).get("loss"));
    assertThat(json("out/summary.json").get("qatAccuracy"))
        .isEqualTo(lines("evaluation").get(4).get("accuracy"));
    assertThat(Files.readString(folder.resolve("out/mixed-precision.yaml"))).contains("bits: 3");
    assertThat(Files.readString(folder.resolve("out/report.html"))).contains("validation loss");
  }

  @Test
  @Order(2)
  void commandsTakeTheSameRowsAgain() throws IOException {
    String model = folder.resolve("out").toString();
    Outcome validation =
        run("evaluate", "--model", model, "--mode", "qat", "--split", "validation", "--json");
    assertThat(validation.exitCode()).as(validation.err()).isZero();
    assertThat(JSON.readTree(validation.out()).get("qatLoss"))
        .isEqualTo(lines("evaluation").get(5).get("loss"));
    Outcome both = run("evaluate", "--model", model, "--split", "test", "--data", model, "--json");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err())
        .contains("Invalid options: --split with --data (either examples of the run, or others)");
  }

  @Test
  @Order(3)
  void tooFewRowsOnEitherSideAreRefused() {
    assertThat(train("few", "data.validation.share=0.95").err())
        .contains("(one global batch needs 32; lower training.batch-size or add data)");
    assertThat(train("none", "data.validation.share=0.000001").err())
        .contains(
            "Invalid data.validation.share: it holds out none of the training rows (raise it, or add rows)");
    SmallJob.write(job.examples().limit(3), folder.resolve("three"));
    assertThat(
            train(
                    "less",
                    "data.validation.path=" + folder.resolve("three"),
                    "quantization.first-last-bits=none",
                    "quantization.mixed={average-bits: 5, candidates: [3, 8], examples: 32}")
                .err())
        .contains(
            "Invalid data.validation: 3 examples (quantization.mixed chooses bits on whole micro-batches of 4: add some, or leave data.validation out)");
    assertThat(folder.resolve("few")).doesNotExist();
  }
}
