package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchmarkCommandTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return Main.run(commandLine, arguments);
  }

  private int runLenet(String... more) {
    List<String> arguments = new ArrayList<>(List.of("benchmark", "--model", "lenet5"));
    arguments.addAll(List.of("--batch", "8", "--steps", "2", "--warm-up", "0"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "reference"})
  void theJsonHasTheFiguresOfBothWaysToCompute(String engine, @TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("figures.json");
    int exitCode = runLenet("--engine", engine, "--bits", "4", "--json", file.toString());
    assertThat(exitCode).as(err.toString()).isZero();

    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.get("model").asText()).isEqualTo("lenet5");
    assertThat(json.get("batch").asInt()).isEqualTo(8);
    assertThat(json.get("bits").asInt()).isEqualTo(4);
    assertThat(json.get("engine").asText()).isEqualTo(engine);
    for (String mode : List.of("float", "qat")) {
      JsonNode figures = json.get(mode);
      double medianMs = figures.get("medianMs").asDouble();
      assertThat(medianMs).isPositive();
      assertThat(figures.get("examplesPerSecond").asDouble() * medianMs)
          .isCloseTo(8000, within(1e-6));
      JsonNode shares = figures.get("shares");
      double sum = 0;
      for (String part : List.of("forward", "backward", "quantization", "update")) {
        assertThat(shares.get(part).asDouble()).as(part).isPositive();
        sum += shares.get(part).asDouble();
      }
      assertThat(sum).isCloseTo(1, within(1e-9));
      assertThat(figures.get("evaluationMs").asDouble()).isPositive();
      assertThat(figures.get("peakNativeBytes").asLong() > 0).isEqualTo(engine.equals("onednn"));
      // The outputs of the first convolution alone have 8 * 6 * 28 * 28 codes.
      assertThat(figures.get("keptForBackwardBytes").asLong()).isGreaterThan(8 * 6 * 28 * 28);
    }
  }

  @Test
  void theTableNamesWhatWasTimed() {
    assertThat(runLenet("--engine", "reference")).as(err.toString()).isZero();
    assertThat(out.toString())
        .startsWith("lenet5, batch 8, 1 thread, java")
        .contains("qat W8A8", "training step, median ms", "quantization", "kept for backward MiB");
  }

  @Test
  void theTimedNetworkCanBeWrittenForOtherRuntimes(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("lenet5.onnx");
    assertThat(runLenet("--onnx", file.toString())).as(err.toString()).isZero();
    assertThat(Files.size(file)).isGreaterThan(61_706);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--model=alexnet|--model: alexnet (allowed: lenet5, mlp, mobilenetv2-cifar, resnet20,"
            + " resnet56, vgg-small)",
        "--batch=0|--batch: 0 (allowed: 1 to 65536)",
        "--threads=0|--threads: 0 (must be at least 1)",
        "--steps=0|--steps: 0 (allowed: 1 to 1000000)",
        "--bits=9|--bits: 9 (allowed: 2 to 8)",
        "--warm-up=-1|--warm-up: -1.0 (allowed: 0 to 3600 seconds)",
        "--warm-up=NaN|--warm-up: NaN (allowed: 0 to 3600 seconds)",
        "--engine=gpu|engine: gpu (allowed: auto, onednn, reference)",
      })
  void aWrongValueIsRefusedWithTheAllowedOnes(String option, String message) {
    List<String> arguments = new ArrayList<>(List.of("benchmark", option));
    if (!option.startsWith("--model")) {
      arguments.addAll(List.of("--model", "lenet5"));
    }
    assertThat(run(arguments.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString().lines()).containsExactly("spark-qat: Invalid " + message);
  }

  @Test
  void aValueThatIsNoNumberIsWrongUsage() {
    assertThat(run("benchmark", "--model", "lenet5", "--batch", "many")).isEqualTo(2);
    assertThat(err.toString()).contains("--batch", "'many'");
  }
}
