package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One word in the configuration gives each layer bits of its own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MixedTrainingTest {

  private static final List<String> SETTINGS =
      List.of(
          "quantization.preset=mixed-auto",
          // Two of the three layers are most of the network.
          "quantization.first-last-bits=none",
          "quantization.mixed={average-bits: 5, candidates: [3, 8], examples: 32}",
          "training.float-epochs=1",
          "training.qat-epochs=1",
          "quantization.batch-norm-freeze-epoch=never");

  @TempDir private static Path folder;
  private static SmallJob job;

  @BeforeAll
  static void writeTheJob() throws IOException {
    job = SmallJob.in(folder);
  }

  private record Outcome(int exitCode, String err) {}

  private static Outcome train(String output, String... more) {
    List<String> command = new ArrayList<>(List.of(job.arguments(output)));
    SETTINGS.forEach(setting -> command.addAll(List.of("--set", setting)));
    command.addAll(List.of(more));
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Main.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err)),
            command.toArray(new String[0]));
    return new Outcome(exitCode, err.toString());
  }

  private static String read(String output, String file) throws IOException {
    return Files.readString(job.path(output).resolve(file));
  }

  /** What the run computed, in its summary. */
  private static List<String> hashes(String output) throws IOException {
    return read(output, "summary.json")
        .lines()
        .filter(line -> line.contains("Sha256") || line.contains("Accuracy"))
        .toList();
  }

  @Test
  @Order(1)
  void theChoiceIsWrittenAndTrainedWithOnAnyCluster() throws IOException {
    assertThat(train("one", "--set", "cluster.workers=1")).isEqualTo(new Outcome(0, ""));
    String rules = read("one", "mixed-precision.yaml");
    assertThat(rules)
        .startsWith("# mixed precision: ")
        .contains("bits on average (at most 5.0)", "match: 'conv2', weights: {bits: ")
        .contains("bits: 3}", "bits: 8}")
        .doesNotContain("activations");
    assertThat(read("one", "config.yaml"))
        .contains("match: conv2")
        .contains("preset: none")
        .doesNotContain("mixed:");

    assertThat(train("two", "--set", "cluster.workers=2", "--set", "cluster.exchange=job-per-step"))
        .isEqualTo(new Outcome(0, ""));
    assertThat(read("two", "mixed-precision.yaml")).isEqualTo(rules);
    assertThat(hashes("two")).isNotEmpty().isEqualTo(hashes("one"));
  }

  /** The configuration that a run leaves is that of its choice, and needs none of its own. */
  @Test
  @Order(2)
  void theResolvedConfigurationTrainsTheSame() throws IOException {
    Path resolved = job.path("one").resolve("config.yaml");
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Main.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err)),
            "train",
            "--config",
            resolved.toString(),
            "--set",
            "output.path=" + job.path("again"));
    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(hashes("again")).isEqualTo(hashes("one"));
    assertThat(job.path("again").resolve("mixed-precision.yaml")).doesNotExist();
  }

  @Test
  @Order(3)
  void aRunThatGoesOnDoesNotChooseAgain() throws IOException {
    List<String> expected = hashes("one");
    assertThat(train("one", "--resume", checkpoint("-float"))).isEqualTo(new Outcome(0, ""));
    assertThat(hashes("one")).isEqualTo(expected);

    Path file = job.path("one").resolve("mixed-precision.yaml");
    Files.writeString(file, Files.readString(file).replace("bits: 8", "bits: 6"));
    assertThat(train("one", "--resume", checkpoint("-float"))).isEqualTo(new Outcome(0, ""));
    assertThat(read("one", "config.yaml")).contains("match: conv2").containsPattern("bits: 6");
    assertThat(hashes("one")).isNotEqualTo(expected);
  }

  @Test
  @Order(4)
  void aRunWhoseChoiceIsGoneDoesNotGoOn() throws IOException {
    Files.delete(job.path("one").resolve("mixed-precision.yaml"));
    Outcome outcome = train("one", "--resume");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("Cannot resume from checkpoint ")
        .contains("mixed-precision.yaml is not there, by whose bits it was trained (");
  }

  @Test
  void examplesAndBudgetAreCheckedBeforeAnythingRuns() {
    Outcome outcome =
        train(
            "wrong",
            "--set",
            "quantization.mixed={average-bits: 4, candidates: [2, 8], examples: 3}",
            "--set",
            "quantization.first-last-bits=8");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("Invalid quantization.mixed.examples: 3 (one micro-batch, ")
        .contains("Invalid average bits: 4.0 (the smallest network has ");
    assertThat(job.path("wrong")).doesNotExist();
  }

  /** 60 examples are one batch of 32; the configuration alone could have four. */
  @Test
  void dataTooFewForTheObserverAreRefusedBeforeAnythingIsTrained() {
    Outcome outcome =
        train(
            "few",
            "--set",
            "data.train.path=" + job.path("test"),
            "--set",
            "quantization.activations.observer=percentile",
            "--set",
            "quantization.mixed.examples=128",
            "--set",
            "training.calibration-steps=4");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains(
            "Invalid data.train: 60 examples, 1 whole batches of training.batch-size 32 (observer percentile needs at least 128 calibration examples, and sees 32:");
    assertThat(job.path("few")).doesNotExist();
  }

  private static String checkpoint(String end) throws IOException {
    try (Stream<Path> all = Files.list(job.path("one").resolve("checkpoints"))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(end))
          .findFirst()
          .orElseThrow();
    }
  }
}
