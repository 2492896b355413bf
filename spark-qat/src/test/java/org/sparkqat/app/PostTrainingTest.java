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
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.TrainingState;

/** Post-training quantization finds ranges and trains nothing. */
class PostTrainingTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Two convolutions, one after the other, whose channels equalization may scale. */
  private static final String LAYERS =
      """
      model.layers=[
        {name: conv1, type: convolution, outputs: 6, kernel: 3, padding: 1, bias: false},
        {name: bn1, type: batch-normalization},
        {name: relu1, type: relu},
        {name: conv2, type: convolution, outputs: 4, kernel: 3, padding: 1, bias: false},
        {name: bn2, type: batch-normalization},
        {name: sigmoid, type: sigmoid},
        {name: flatten, type: flatten},
        {name: fc, type: fully-connected, outputs: 3}]
      """;

  @TempDir private static Path folder;
  private static SmallJob job;
  private static TrainingState trained;

  @BeforeAll
  static void trainTheFloatNetwork() throws IOException {
    job = SmallJob.in(folder);
    run("float", "training.float-epochs=1");
    trained = state("float");
  }

  private static void run(String output, String... settings) {
    List<String> command = new ArrayList<>(List.of(job.arguments(output)));
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(
        List.of(LAYERS, "training.qat-epochs=0", "quantization.batch-norm-freeze-epoch=never"));
    all.forEach(each -> command.addAll(List.of("--set", each)));
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Main.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err)),
            command.toArray(new String[0]));
    assertThat(exitCode).as(err.toString()).isZero();
  }

  /** The same network, quantized after training. */
  private static TrainingState quantized(String output, String... settings) throws IOException {
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of("training.float-epochs=0", "model.weights=" + job.path("float")));
    run(output, all.toArray(new String[0]));
    return state(output);
  }

  private static TrainingState state(String output) throws IOException {
    return ModelFolder.open(job.path(output).toString(), new Configuration()).latest();
  }

  private static JsonNode summary(String output) throws IOException {
    return JSON.readTree(job.path(output).resolve("summary.json").toFile());
  }

  /** Parameters or statistics of which one number is another. */
  private static List<String> changed(ParameterLayout layout, float[] before, float[] after) {
    return layout.parameters().stream()
        .filter(
            each ->
                !Arrays.equals(before, each.offset(), each.end(), after, each.offset(), each.end()))
        .map(Parameter::name)
        .toList();
  }

  private static List<String> changedParameters(TrainingState after) throws IOException {
    return changed(layouts().parameters(), trained.parameters(), after.parameters());
  }

  private static List<String> changedStatistics(TrainingState after) throws IOException {
    return changed(layouts().statistics(), trained.statistics(), after.statistics());
  }

  private static org.sparkqat.network.Network layouts() throws IOException {
    return ModelFolder.open(job.path("float").toString(), new Configuration()).job().network();
  }

  @Test
  void calibrationAloneChangesNoWeight() throws IOException {
    TrainingState end = quantized("ptq", "quantization.preset=w4a4-lsq");
    assertThat(changedParameters(end)).isEmpty();
    assertThat(changedStatistics(end)).isEmpty();
    JsonNode summary = summary("ptq");
    assertThat(summary.get("parametersSha256")).isEqualTo(summary("float").get("parametersSha256"));
    assertThat(summary.get("rangesSha256")).isNotEqualTo(summary("float").get("rangesSha256"));
    assertThat(summary.get("ptqAccuracy").isNumber()).isTrue();
    assertThat(summary.hasNonNull("qatAccuracy")).isFalse();
    for (String line : Files.readAllLines(job.path("ptq").resolve("metrics.jsonl"))) {
      JsonNode event = JSON.readTree(line);
      if (event.get("kind").asText().equals("step")) {
        assertThat(event.get("phase").asText()).isEqualTo("calibration");
      }
    }
    assertThat(job.path("ptq").resolve("model.onnx")).isNotEmptyFile();
  }

  /** Channel c of bn1 is divided by s, and multiplied by it where conv2 reads it. */
  @Test
  void equalizationMovesFactorsBetweenTwoLayersAndNothingElse() throws IOException {
    TrainingState end = quantized("equalized", "training.equalize-weights=true");
    assertThat(changedParameters(end)).containsExactly("bn1.gamma", "bn1.beta", "conv2.weight");
    assertThat(changedStatistics(end)).isEmpty();
  }

  /**
   * conv2 reads what bn1 and the rectifier say of themselves; conv1 reads the input, fc a sigmoid.
   */
  @Test
  void biasCorrectionMovesOneRunningMeanAndNothingElse() throws IOException {
    TrainingState end = quantized("corrected", "training.correct-bias=true");
    assertThat(changedParameters(end)).isEmpty();
    assertThat(changedStatistics(end)).containsExactly("bn2.mean");
  }
}
