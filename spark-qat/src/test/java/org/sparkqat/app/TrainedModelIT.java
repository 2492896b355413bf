package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;
import org.sparkqat.testkit.SparkTestKit;

/**
 * The quicker networks of the zoo, trained on real images by the real command line: ONNX Runtime
 * runs the exported model and gives the classes that {@code predict} gives and the accuracy that
 * {@code train} found.
 */
@Tag("cli")
class TrainedModelIT {

  /** What must agree: a few images in a thousand may lie at a rounding tie. */
  private static final double SAME_CLASS = 0.999;

  private static final double SAME_ACCURACY = 0.0005;

  private static final int PIXELS = 28 * 28;
  private static final int BATCH = 100;
  private static final String CONFIGURATION =
      """
      data:
        train: {path: '%1$s'}
        test: {path: '%1$s'}
        features: image
        label: label
        shape: [1, 28, 28]
        classes: 10
        mean: [0.1307]
        std: [0.3081]
      model: {name: %2$s}
      training:
        batch-size: 128
        shards: 4
        float-epochs: 1
        calibration-steps: 4
        qat-epochs: 1
        learning-rate: {schedule: one-cycle, base: 0.05}
        clip: {shard-norm: 5}
      output: {path: '%3$s/out'}
      """;

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "lenet5", "resnet20", "mobilenetv2-cifar"})
  void onnxRuntimeAnswersAsTheTrainedModel(String network, @TempDir Path folder)
      throws IOException, OrtException {
    Path images = CommandLine.projectFolder().resolve("datasets/mnist-sample/test.parquet");
    Path configuration = folder.resolve("job.yaml");
    Files.writeString(configuration, CONFIGURATION.formatted(images, network, folder));
    // The larger networks run long enough to be worth compiling well.
    CommandLine launcher =
        network.equals("mlp") || network.equals("lenet5")
            ? CommandLine.launcher().quickly()
            : CommandLine.launcher();
    run(launcher, "train", "--config", configuration.toString());
    String model = folder.resolve("out").toString();
    String predictions = folder.resolve("predictions").toString();
    run(
        launcher,
        "predict",
        "--model",
        model,
        "--input",
        images.toString(),
        "--output",
        predictions);

    List<Row> rows =
        SparkTestKit.session()
            .read()
            .parquet(predictions)
            .select("image", "label", "prediction")
            .collectAsList();
    int[] classes = classes(folder.resolve("out/model.onnx"), rows);

    int same = 0;
    int correct = 0;
    for (int i = 0; i < classes.length; i++) {
      same += classes[i] == rows.get(i).getInt(2) ? 1 : 0;
      correct += classes[i] == rows.get(i).getInt(1) ? 1 : 0;
    }
    assertThat(rows).hasSize(2000);
    assertThat((double) same / classes.length).isGreaterThanOrEqualTo(SAME_CLASS);
    double accuracy =
        new ObjectMapper()
            .readTree(folder.resolve("out/summary.json").toFile())
            .get("qatAccuracy")
            .asDouble();
    assertThat((double) correct / classes.length).isCloseTo(accuracy, within(SAME_ACCURACY));
  }

  private static void run(CommandLine launcher, String... command) {
    Outcome outcome = launcher.run(command);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
  }

  /** The class with the largest logit of each image, by ONNX Runtime. */
  private static int[] classes(Path model, List<Row> rows) throws OrtException {
    int[] classes = new int[rows.size()];
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model.toString())) {
      for (int from = 0; from < rows.size(); from += BATCH) {
        float[][] logits = logits(environment, session, rows.subList(from, from + BATCH));
        for (int i = 0; i < BATCH; i++) {
          classes[from + i] = largest(logits[i]);
        }
      }
    }
    return classes;
  }

  private static float[][] logits(OrtEnvironment environment, OrtSession session, List<Row> rows)
      throws OrtException {
    FloatBuffer raw = FloatBuffer.allocate(rows.size() * PIXELS);
    for (Row row : rows) {
      for (byte pixel : row.<byte[]>getAs(0)) {
        raw.put(pixel & 0xff);
      }
    }
    long[] shape = {rows.size(), 1, 28, 28};
    try (OnnxTensor input = OnnxTensor.createTensor(environment, raw.flip(), shape);
        OrtSession.Result result = session.run(Map.of("input", input))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int k = 1; k < logits.length; k++) {
      best = logits[k] > logits[best] ? k : best;
    }
    return best;
  }
}
