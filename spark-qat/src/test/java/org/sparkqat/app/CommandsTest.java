package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandsTest {

  private static final String CONFIGURATION =
      """
      data:
        train: {path: train.parquet}
        test: {path: test.parquet}
        features: image
        label: label
        shape: [1, 28, 28]
        classes: 10
      model: {name: lenet5}
      output: {path: %s}
      """;

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine commandLine =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return Main.run(commandLine, arguments);
  }

  private String configuration() throws IOException {
    Path file = folder.resolve("conf/job.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, CONFIGURATION.formatted(folder.resolve("out")));
    return file.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "evaluate",
        "predict",
        "export",
        "inspect",
        "benchmark",
        "generate",
        "sensitivity",
        "mixed-precision",
        "doctor"
      })
  void everyCommandHelps(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: spark-qat " + command);
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "evaluate",
        "predict",
        "export",
        "inspect",
        "benchmark",
        "generate",
        "sensitivity",
        "mixed-precision"
      })
  void aMissingOptionIsWrongUsage(String command) {
    assertThat(run(command)).isEqualTo(2);
    assertThat(err.toString()).startsWith("spark-qat: ").contains("--help");
  }

  @Test
  void aMistakeInTheConfigurationIsOneLineWithItsPlace() throws IOException {
    String file = configuration();
    assertThat(run("train", "--config", file, "--set", "quantization.weights.bits=17"))
        .isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "spark-qat: --set quantization.weights.bits=17: Invalid quantization.weights.bits: 17"
                + " (allowed: float, or 2 to 16)");
  }

  @Test
  void theDoctorRefusesWrongUsageBeforeSparkStarts() throws IOException {
    String file = configuration();
    assertThat(run("doctor", "--config", file, "--set", "quantization.weights.bits=17"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("Invalid quantization.weights.bits: 17");
    assertThat(run("doctor", "--set", "training.seed=1")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid options: --set without --config");
    assertThat(run("doctor", "--config", "no/such/file.yaml")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aMissingConfigurationIsWrongUsage() {
    assertThat(run("train", "--config", "no/such/file.yaml")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly("spark-qat: Invalid --config: no/such/file.yaml (no such file)");
  }

  @Test
  void aStackTraceIsShownWhenAskedFor() {
    run("train", "--stacktrace", "--config", "no/such/file.yaml");
    assertThat(err.toString()).contains("\tat org.sparkqat.app.");
  }

  @Test
  void aFolderThatHoldsARunIsLeftAlone() throws IOException {
    Path summary = folder.resolve("out/summary.json");
    Files.createDirectories(summary.getParent());
    Files.writeString(summary, "{}");
    assertThat(run("train", "--config", configuration())).isEqualTo(2);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("spark-qat: Cannot write to output.path: file:")
        .endsWith(
            "out already holds a run (add --resume to go on with it, or --overwrite to replace"
                + " it)");
    assertThat(summary).hasContent("{}");
    assertThat(folder.resolve("out")).isDirectoryContaining(file -> file.equals(summary));
  }

  @Test
  void resumeAndOverwriteExcludeEachOther() throws IOException {
    assertThat(run("train", "--config", configuration(), "--resume", "--overwrite")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid options: --resume and --overwrite");
  }

  @Test
  void aFolderWithoutARunIsNoModel() {
    assertThat(run("evaluate", "--model", folder.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "spark-qat: Invalid --model: "
                + folder
                + " (holds no config.yaml; must be the output folder of a run)");
  }

  @Test
  void inspectShowsTheBlocksOfAConfiguration() throws IOException {
    assertThat(run("inspect", "--config", configuration())).isZero();
    assertThat(out.toString())
        .contains("conv1")
        .contains("convolution 5x5 + relu")
        .contains("[6, 28, 28]")
        .contains("weights      int8   symmetric narrow per-channel\n")
        .contains("activations  uint8  asymmetric per-tensor, moving-average 0.01\n")
        .contains("61,706")
        .contains("qat         2  8        8            learning-rate cosine, base 0.005\n");
  }

  @Test
  void inspectTellsPresetsApartByTheirBlocks() throws IOException {
    Set<String> seen = new HashSet<>();
    List<String> presets =
        List.of(
            "w8a8-int8", "w4a8", "w4a4-lsq", "w2a2-lsq", "w8a8-dynamic", "tflite-int8", "binary");
    for (String preset : presets) {
      out.getBuffer().setLength(0);
      String choice = "quantization.preset=" + preset;
      assertThat(run("inspect", "--config", configuration(), "--set", choice)).isZero();
      seen.add(out.toString().substring(0, out.toString().indexOf("stage  epochs")));
    }
    assertThat(seen).hasSameSizeAs(presets);
  }

  @Test
  void severalConfigurationsAreMerged() throws IOException {
    String over = folder.resolve("over.yaml").toString();
    Files.writeString(Path.of(over), "quantization: {weights: {bits: 3}}\ntraining: {seed: 1}\n");
    assertThat(run("inspect", "--config", configuration(), "--config", over)).isZero();
    assertThat(out.toString()).contains("weights      int3   symmetric narrow per-channel\n");
    Files.writeString(Path.of(over), "quantization: {weights: {bits: 17}}\n");
    for (String command : List.of("train", "doctor", "inspect")) {
      err.getBuffer().setLength(0);
      assertThat(run(command, "--config", configuration(), "--config", over)).isEqualTo(2);
      assertThat(err.toString())
          .startsWith("spark-qat: " + over + ":1: Invalid quantization.weights.bits: 17");
    }
    err.getBuffer().setLength(0);
    assertThat(run("train", "--config", configuration(), "--config", "no/such.yaml")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("spark-qat: Invalid --config: no/such.yaml (no such file)");
  }

  @Test
  void inspectSpeaksJson() throws IOException {
    assertThat(run("inspect", "--config", configuration(), "--json")).isZero();
    assertThat(out.toString()).contains("\"name\" : \"lenet5\"").contains("\"parameters\" : 61706");
    assertThat(out.toString()).contains("\"training\" : {").contains("\"schedule\" : \"cosine\"");
  }
}
