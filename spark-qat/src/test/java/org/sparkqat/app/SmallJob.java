package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;
import org.sparkqat.testkit.SparkTestKit;

/**
 * A training job of seconds for the real command line, with everything that could depend on the
 * cluster: batch normalization, a residual sum, dropout, augmentation, clipping of both kinds.
 */
final class SmallJob {

  /** Optimizer steps: two float and two QAT epochs. */
  static final int STEPS = 4 * (330 / 32);

  private static final int SIZE = 8;
  private static final int CLASSES = 3;
  private static final int NOISE = 80;
  private static final StructType COLUMNS =
      new StructType()
          .add("image", DataTypes.BinaryType, false)
          .add("label", DataTypes.IntegerType, false);
  private static final String CONFIGURATION =
      """
      data:
        train: {path: '%1$s/train'}
        test: {path: '%1$s/test'}
        features: image
        label: label
        shape: [1, 8, 8]
        classes: 3
        mean: [0.4]
        std: [0.3]
      model:
        name: small
        layers:
          - {name: conv1, type: convolution, outputs: 4, kernel: 3, padding: 1, bias: false}
          - {name: bn1, type: batch-normalization}
          - {name: relu1, type: relu}
          - {name: conv2, type: convolution, outputs: 4, kernel: 3, padding: 1, bias: false}
          - {name: bn2, type: batch-normalization}
          - {name: sum, type: add, inputs: [bn2, relu1]}
          - {name: relu2, type: relu}
          - {name: pool, type: max-pool, kernel: 2}
          - {name: flatten, type: flatten}
          - {name: drop, type: dropout, rate: 0.25}
          - {name: fc, type: fully-connected, outputs: 3}
      quantization:
        batch-norm-freeze-epoch: 1
      training:
        batch-size: 32
        shards: 8
        float-epochs: 2
        calibration-steps: 3
        qat-epochs: 2
        learning-rate: {schedule: cosine, base: 0.1}
        qat-learning-rate: {schedule: cosine, base: 0.02}
        optimizer: {type: sgd, momentum: 0.9, nesterov: true, weight-decay: 0.0001}
        clip: {shard-norm: 1, global-norm: 2}
        augmentation: {crop-padding: 1, horizontal-flip: true}
        checkpoint: {every-steps: 3}
      output: {path: '%1$s/out'}
      """;

  private final Path folder;
  private final Map<String, String> environment;
  private final String script;

  private SmallJob(Path folder, Map<String, String> environment, String script) {
    this.folder = folder;
    this.environment = environment;
    this.script = script;
  }

  /** Writes the configuration and the data into an empty folder. */
  static SmallJob in(Path folder) throws IOException {
    SmallJob job = new SmallJob(folder, Map.of(), "spark-qat");
    Files.writeString(job.configuration(), CONFIGURATION.formatted(folder));
    write(job.examples().coalesce(1), folder.resolve("train"));
    write(table(rows(60, 2)).coalesce(1), folder.resolve("test"));
    return job;
  }

  /** The same job, whose runs have one more environment variable. */
  SmallJob with(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    return new SmallJob(folder, more, script);
  }

  /** The training data. */
  Dataset<Row> examples() {
    return table(rows(330, 1));
  }

  /** Writes a data set as Parquet, a file for each partition. */
  static void write(Dataset<Row> table, Path path) {
    table.write().parquet(path.toString());
  }

  /** Starts the training, which goes on by itself. */
  RunningJob start(String output, String... arguments) throws IOException {
    Path messages = Files.createTempFile(folder, output, ".err");
    Path out = Files.createTempFile(folder, output, ".out");
    return new RunningJob(commandLine().start(out, messages, command(output, arguments)), messages);
  }

  /** The same job, started by another script of {@code submit-scripts}. */
  SmallJob by(String script) {
    return new SmallJob(folder, environment, script);
  }

  /** Trains to the end. */
  Result train(String output, String... arguments) throws IOException {
    Outcome outcome = commandLine().run(command(output, arguments));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    return new Result(hashes(output), outcome.err());
  }

  /** The hashes in the summary of a run that has ended. */
  Hashes hashes(String output) throws IOException {
    JsonNode summary = new ObjectMapper().readTree(path(output).resolve("summary.json").toFile());
    assertThat(summary.get("steps").asInt()).isEqualTo(STEPS);
    return new Hashes(
        summary.get("parametersSha256").asText(), summary.get("rangesSha256").asText());
  }

  /** An output folder of this job. */
  Path path(String output) {
    return folder.resolve(output);
  }

  /** The configuration of this job. */
  Path configuration() {
    return folder.resolve("job.yaml");
  }

  /** Executors of a local cluster work in this job's folder too. */
  private CommandLine commandLine() {
    CommandLine commandLine =
        CommandLine.launcher()
            .quickly()
            .calledAs(CommandLine.projectFolder().resolve("submit-scripts").resolve(script))
            .with("SPARK_WORKER_DIR", folder.resolve("workers").toString())
            .with("SPARK_LOCAL_IP", "127.0.0.1")
            .with("SPARK_DRIVER_MEMORY", "1g");
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      commandLine = commandLine.with(variable.getKey(), variable.getValue());
    }
    return commandLine;
  }

  /** The arguments of the program. */
  String[] arguments(String output) {
    return new String[] {
      "train", "--config", configuration().toString(), "--set", "output.path=" + path(output)
    };
  }

  private String[] command(String output, String... more) {
    List<String> command = new ArrayList<>(List.of(arguments(output)));
    command.addAll(List.of("--conf", "spark.ui.enabled=false"));
    command.addAll(List.of(more));
    return command.toArray(new String[0]);
  }

  private static Dataset<Row> table(List<Row> rows) {
    return SparkTestKit.session().createDataFrame(rows, COLUMNS);
  }

  /** Images of noise around a mean that tells the class, in no order. */
  private static List<Row> rows(int examples, long seed) {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      int label = random.nextInt(CLASSES);
      byte[] image = new byte[SIZE * SIZE];
      for (int p = 0; p < image.length; p++) {
        image[p] = (byte) (NOISE * label + random.nextInt(NOISE));
      }
      rows.add(RowFactory.create(image, label));
    }
    return rows;
  }

  /** What must not depend on the cluster. */
  record Hashes(String parameters, String ranges) {}

  /** What a run came to, and what it said on the way. */
  record Result(Hashes hashes, String messages) {}
}
