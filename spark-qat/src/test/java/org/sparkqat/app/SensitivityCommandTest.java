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
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.output.SensitivityJson;

/** From a trained model to rules that another training takes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SensitivityCommandTest {

  @TempDir private static Path folder;
  private static SmallJob job;

  @BeforeAll
  static void train() throws IOException {
    job = SmallJob.in(folder);
    List<String> command = new ArrayList<>(List.of(job.arguments("out")));
    for (String setting :
        List.of(
            "training.float-epochs=1",
            "training.qat-epochs=0",
            "quantization.batch-norm-freeze-epoch=never")) {
      command.addAll(List.of("--set", setting));
    }
    assertThat(run(command.toArray(new String[0])).exitCode()).isZero();
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

  private static String file(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  @Order(1)
  void theGridIsWrittenAsTableJsonAndPicture() throws IOException {
    Outcome outcome =
        run(
            "sensitivity",
            "--model",
            file("out"),
            "--examples",
            "32",
            "--bits",
            "8,3",
            "--hessian-vectors",
            "2",
            "--to",
            file("s.json"),
            "--picture",
            file("s.svg"));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .startsWith("small, 32 examples: float loss ")
        .contains("only this layer quantized", "all but this layer", "conv2", "Hessian trace");
    String json = Files.readString(folder.resolve("s.json"));
    JsonNode document = new ObjectMapper().readTree(json);
    // Weights and both of three and two layers, activations of four points; bits; scopes.
    assertThat(document.get("grid")).hasSize((3 + 2 + 4) * 2 * 2);
    assertThat(document.get("layers").get(1).get("hessian-trace").isNumber()).isTrue();
    assertThat(document.get("grid").findValuesAsText("scope"))
        .containsOnly("one", "all-but")
        .contains("one", "all-but");
    // Keys, and words for choices, are those of configurations and options.
    assertThat(Pattern.compile("\"[a-z]+(_[a-z]+|[A-Z][A-Za-z]*)+\"").matcher(json).find())
        .isFalse();
    assertThat(SensitivityJson.write(SensitivityJson.read(json, "s.json"))).isEqualTo(json);
    assertThat(Files.readString(folder.resolve("s.svg")))
        .startsWith("<svg xmlns=")
        .contains("conv1")
        .endsWith("</svg>\n");
  }

  @Test
  @Order(2)
  void theChoiceIsVerifiedAndWrittenAsRulesThatAJobTakes() throws IOException {
    Outcome outcome =
        run(
            "mixed-precision",
            "--model",
            file("out"),
            "--sensitivity",
            file("s.json"),
            "--examples",
            "32",
            "--average-bits",
            "5",
            "--activation-bits",
            "6",
            "--to",
            file("rules.yaml"),
            "--picture",
            file("p.svg"));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("Pareto curve", "chosen", "3 bits", "bits on average");
    String rules = Files.readString(folder.resolve("rules.yaml"));
    assertThat(outcome.out()).endsWith(rules);
    assertThat(rules)
        .startsWith("# mixed precision: ")
        .contains(", score output-noise\n")
        .contains("match: 'fc', weights: {bits: ");
    assertThat(Files.readString(folder.resolve("p.svg"))).contains("<circle", "</svg>");
  }

  @Test
  @Order(3)
  void theRulesAreAFurtherConfigurationOfTraining() throws IOException {
    List<String> command = new ArrayList<>(List.of(job.arguments("mixed")));
    command.addAll(List.of("--config", file("rules.yaml")));
    for (String setting :
        List.of(
            "training.float-epochs=0", "training.qat-epochs=1", "model.weights=" + file("out"))) {
      command.addAll(List.of("--set", setting));
    }
    Outcome trained = run(command.toArray(new String[0]));
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    Outcome inspected = run("inspect", "--model", file("mixed"), "--json");
    assertThat(inspected.exitCode()).as(inspected.err()).isZero();
    JsonNode model = new ObjectMapper().readTree(inspected.out());
    assertThat(model.get("blocks").get(0).get("activationBits").asInt()).isEqualTo(6);
    assertThat(model.get("blocks").findValuesAsText("weightBits")).contains("8", "3").hasSize(3);
    assertThat(model.get("training").get("startsFrom").asText()).endsWith("/out");
    assertThat(model.get("training").get("stages").get(1).get("weightBits").toString())
        .isEqualTo("[3,8]");
    assertThat(model.get("training").get("clip").get("shardNorm").asInt()).isEqualTo(1);
  }

  @Test
  @Order(4)
  void aBudgetBelowTheSmallestNetworkIsRefusedBeforeAnythingRuns() {
    Outcome outcome =
        run(
            "mixed-precision",
            "--model",
            file("out"),
            "--sensitivity",
            file("s.json"),
            "--budget-bytes",
            "10");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("spark-qat: Invalid budget: 10 bytes (the smallest network has ");
  }

  @Test
  void wrongOptionsAreRefused() {
    assertThat(run("sensitivity", "--model", file("out"), "--bits", "17").err())
        .startsWith("spark-qat: Invalid --bits: 17 (allowed: 2 to 16)");
    assertThat(run("sensitivity", "--model", file("out"), "--bits", "4,4").err())
        .startsWith("spark-qat: Invalid --bits: [4, 4] (each once)");
    assertThat(run("sensitivity", "--model", file("out"), "--examples", "0").err())
        .startsWith("spark-qat: Invalid --examples: 0 (must be at least 1)");
    assertThat(run("sensitivity", "--model", file("out"), "--hessian-step", "0").err())
        .startsWith("spark-qat: Invalid --hessian-step: 0.0 (allowed: above 0, below 1)");
  }
}
