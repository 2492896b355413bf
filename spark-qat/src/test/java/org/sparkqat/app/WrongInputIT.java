package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;

/**
 * Every mistake that a user can make ends the real command with one clear message, and leaves what
 * is there untouched.
 */
@Tag("cli")
class WrongInputIT {

  private static final String CONFIGURATION =
      """
      data:
        train: {path: %1$s/train.json, format: json}
        test: {path: %1$s/test.json, format: json}
        features: features
        label: label
        shape: [4]
        classes: 3
      model:
        name: tiny
        layers:
          - {name: fc1, type: fully-connected, outputs: 8}
          - {name: relu1, type: relu}
          - {name: fc2, type: fully-connected, outputs: 3}
      training:
        batch-size: 16
        shards: 2
        engine: reference
        float-epochs: 1
        calibration-steps: 1
        qat-epochs: 1
        checkpoint: {every-steps: 1}
      output: {path: %1$s/run}
      """;

  private static final List<String> LOCALLY =
      List.of("--master", "local[2]", "--conf", "spark.ui.enabled=false");

  @TempDir private static Path folder;

  /**
   * A mistake.
   *
   * @param changes {@code --set} options that make it
   * @param message what the user reads
   */
  private record Mistake(String name, int exitCode, List<String> changes, String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void aRunIsThere() throws IOException {
    Files.writeString(folder.resolve("job.yaml"), CONFIGURATION.formatted(folder));
    write("train.json", 64, "{\"features\":[%1$d,%2$d,1,0.5],\"label\":%2$d}");
    write("test.json", 32, "{\"features\":[%1$d,%2$d,1,0.5],\"label\":%2$d}");
    spoil("text.json", "{\"features\":\"blue\",\"label\":0}");
    spoil("length.json", "{\"features\":[1,2,3],\"label\":0}");
    spoil("null-features.json", "{\"label\":0}");
    spoil("null-label.json", "{\"features\":[1,2,3,4]}");
    spoil("class.json", "{\"features\":[1,2,3,4],\"label\":3}");
    spoil("fraction.json", "{\"features\":[1,2,3,4],\"label\":0.5}");
    Files.writeString(folder.resolve("empty.svm"), "");
    Files.writeString(folder.resolve("nan.csv"), "a,b,c,d,label\n1,2,3,4,0\n1,NaN,3,4,1\n");
    Files.writeString(folder.resolve("infinite.csv"), "a,b,c,d,label\n1,2,3,4,0\n1,2,Inf,4,1\n");
    write("few.json", 15, "{\"features\":[%1$d,%2$d,1,0.5],\"label\":%2$d}");
    Outcome outcome = train();
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("quantization-aware training");
  }

  private static void write(String name, int rows, String format) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      lines.add(format.formatted(i, i % 3));
    }
    Files.write(folder.resolve(name), lines);
  }

  /** The training data with one bad row in the middle. */
  private static void spoil(String name, String row) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve("train.json")));
    lines.add(lines.size() / 2, row);
    Files.write(folder.resolve(name), lines);
  }

  static Stream<Mistake> mistakes() {
    String train = "data.train.path=" + folder + "/";
    String csv = "data.features=[a, b, c, d]";
    return Stream.of(
        new Mistake(
            "a value out of range",
            2,
            List.of("quantization.weights.bits=17"),
            "Invalid quantization.weights.bits: 17 (allowed: float, or 2 to 16)"),
        new Mistake(
            "a path that does not exist",
            1,
            List.of(train + "none.json"),
            "none.json (no such file or folder"),
        new Mistake(
            "a file that cannot be read as its format",
            1,
            List.of(train + "train.json", "data.train.format=parquet"),
            "Failed to read"),
        new Mistake(
            "a features column of the wrong type", 1, List.of(train + "text.json"), "'features'"),
        new Mistake("a column that is not there", 1, List.of("data.features=pixels"), "'pixels'"),
        new Mistake("features of varying length", 1, List.of(train + "length.json"), "3 values"),
        new Mistake("null features", 1, List.of(train + "null-features.json"), "null"),
        new Mistake("a null label", 1, List.of(train + "null-label.json"), "null"),
        new Mistake("a label outside the classes", 1, List.of(train + "class.json"), "3"),
        new Mistake("a label that is no integer", 1, List.of(train + "fraction.json"), "0.5"),
        new Mistake(
            "features that are no number",
            1,
            List.of(train + "nan.csv", "data.train.format=csv", csv),
            "NaN"),
        new Mistake(
            "infinite features",
            1,
            List.of(train + "infinite.csv", "data.train.format=csv", csv),
            "Infinity"),
        new Mistake(
            "an empty data set",
            1,
            List.of(
                train + "empty.svm",
                "data.train.format=libsvm",
                "data.train.options.numFeatures='4'"),
            "Invalid data set: it is empty"),
        new Mistake(
            "fewer examples than one global batch",
            1,
            List.of(train + "few.json"),
            "15 examples (one global batch needs 16"),
        new Mistake(
            "too few examples for an observer",
            2,
            List.of("quantization.activations.observer=kullback-leibler"),
            "observer kullback-leibler needs at least 128 calibration examples, and sees 16"),
        new Mistake(
            "a model whose shapes do not fit",
            2,
            List.of("model.layers.2={name: conv, type: convolution, outputs: 3, kernel: 3}"),
            "Invalid layer 'conv': cannot take the output of 'relu1' with shape [8]"),
        new Mistake(
            "weights that are not there",
            2,
            List.of("model.weights=" + folder + "/none"),
            "Invalid model.weights:"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsOneMessageAndTheRunThatIsThereStays(Mistake mistake) throws IOException {
    Map<String, String> before = snapshot();
    List<String> arguments = new ArrayList<>(List.of("--overwrite"));
    for (String change : mistake.changes()) {
      arguments.add("--set");
      arguments.add(change);
    }
    Outcome outcome = train(arguments.toArray(new String[0]));
    assertThat(messages(outcome))
        .singleElement()
        .asString()
        .startsWith("spark-qat: ")
        .contains(mistake.message());
    assertThat(outcome.exitCode()).isEqualTo(mistake.exitCode());
    assertThat(outcome.out()).isEmpty();
    assertThat(snapshot()).isEqualTo(before);
  }

  @Test
  void anUnknownKeyIsNamedWithItsLine() throws IOException {
    Path file = folder.resolve("misspelt.yaml");
    Files.writeString(file, CONFIGURATION.formatted(folder).replace("batch-size", "batchsize"));
    Outcome outcome = run("train", "--overwrite", "--config", file.toString());
    assertThat(messages(outcome))
        .singleElement()
        .asString()
        .startsWith(
            "spark-qat: "
                + file
                + ":15: Unknown key: training.batchsize (did you mean 'batch-size'? allowed:");
    assertThat(outcome.exitCode()).isEqualTo(2);
  }

  @Test
  void aFolderThatHoldsARunIsLeftAlone() throws IOException {
    Map<String, String> before = snapshot();
    Outcome outcome = train();
    assertThat(messages(outcome))
        .containsExactly(
            "spark-qat: Cannot write to output.path: file:"
                + folder
                + "/run already holds a run (add --resume to go on with it, or --overwrite to"
                + " replace it)");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(snapshot()).isEqualTo(before);
  }

  @Test
  void aCheckpointOfAnotherModelIsRefused() throws IOException {
    Map<String, String> before = snapshot();
    Outcome resumed = train("--resume", "--set", "model.name=other");
    assertThat(messages(resumed))
        .singleElement()
        .asString()
        .contains("it belongs to another model or configuration (model.name: tiny, now other)");
    assertThat(resumed.exitCode()).isEqualTo(1);
    Outcome started =
        train(
            "--set",
            "output.path=" + folder + "/another",
            "--set",
            "model.weights=" + folder + "/run",
            "--set",
            "model.layers.0.outputs=9");
    assertThat(messages(started))
        .singleElement()
        .asString()
        .contains("Cannot start from model.weights")
        .contains("with 67 parameters, not of 'tiny' with 75");
    assertThat(folder.resolve("another")).doesNotExist();
    assertThat(snapshot()).isEqualTo(before);
  }

  @Test
  void aDamagedCheckpointIsNamed() throws IOException {
    Path copy = folder.resolve("damaged");
    copyRun(copy);
    Path damaged = copy.resolve("checkpoints/step-00000008-qat/parameters.bin");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[3] ^= 1;
    Files.write(damaged, bytes);
    String path = "output.path=" + copy;
    Outcome named = train("--set", path, "--resume", "step-00000008-qat");
    assertThat(messages(named))
        .singleElement()
        .asString()
        .startsWith("spark-qat: Failed to read checkpoint step-00000008-qat: ")
        .contains("parameters.bin");
    assertThat(named.exitCode()).isEqualTo(1);
    Outcome automatic = train("--set", path, "--resume");
    assertThat(automatic.exitCode()).as(automatic.err()).isZero();
    assertThat(automatic.err())
        .contains("Failed to read checkpoint step-00000008-qat")
        .contains("Resuming from checkpoint step-00000007");
    assertThat(hashes(copy)).hasSize(2).isEqualTo(hashes(folder.resolve("run")));
  }

  private static List<String> hashes(Path run) throws IOException {
    return Files.readAllLines(run.resolve("summary.json")).stream()
        .filter(line -> line.contains("Sha256"))
        .toList();
  }

  @Test
  void weightsThatAreNotFiniteStopTrainingAndTheLastCheckpointStays() {
    Path path = folder.resolve("diverged");
    Outcome outcome =
        train(
            "--set",
            "output.path=" + path,
            "--set",
            "training.learning-rate={schedule: one-cycle, base: 1e38, start-divisor: 1e38}",
            "--set",
            "training.float-epochs=4");
    assertThat(messages(outcome))
        .singleElement()
        .asString()
        .startsWith("spark-qat: Cannot continue training: parameter '")
        .contains(" of layer '")
        .contains(" is not finite, or too large to quantize, at step ");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(path.resolve("checkpoints")).isNotEmptyDirectory();
    assertThat(path.resolve("summary.json")).doesNotExist();
  }

  private static Outcome train(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("train", "--config", folder.resolve("job.yaml").toString()));
    all.addAll(List.of(arguments));
    return run(all.toArray(new String[0]));
  }

  private static Outcome run(String... arguments) {
    List<String> all = new ArrayList<>(LOCALLY);
    all.addAll(List.of(arguments));
    return CommandLine.launcher().quickly().run(all.toArray(new String[0]));
  }

  /** What a user reads on stderr, but for the virtual machine's own notice and the progress. */
  private static List<String> messages(Outcome outcome) {
    assertThat(outcome.err()).doesNotContain("\tat ");
    return outcome
        .err()
        .lines()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .filter(
            line ->
                !line.matches("(float|calibration|qat|ptq|tiny|training set|test set|Resuming).*"))
        .toList();
  }

  private static Map<String, String> snapshot() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder.resolve("run"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        files.put(file.toString(), java.util.Arrays.hashCode(bytes) + " " + bytes.length);
      }
    }
    return files;
  }

  private static void copyRun(Path target) throws IOException {
    Path run = folder.resolve("run");
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.toList()) {
        Path copy = target.resolve(run.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }
}
