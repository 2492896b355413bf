package org.sparkqat.engine;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/**
 * One golden micro-batch, computed by PyTorch in one way; {@code src/test/golden/engine.py} writes
 * them and says what stands where.
 */
record GoldenCase(JsonNode file, JsonNode run) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FOLDER = Path.of("src/test/resources/golden/engine");

  static Stream<GoldenCase> all() {
    try (Stream<Path> paths = Files.list(FOLDER)) {
      return paths.sorted().toList().stream().flatMap(GoldenCase::runs);
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to list golden files: " + FOLDER, e);
    }
  }

  private static Stream<GoldenCase> runs(Path path) {
    try {
      JsonNode file = JSON.readTree(path.toFile());
      if (!file.has("runs")) {
        return Stream.empty(); // golden numbers of another package
      }
      return StreamSupport.stream(file.get("runs").spliterator(), false)
          .map(run -> new GoldenCase(file, run));
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to read golden file: " + path, e);
    }
  }

  Network network() {
    List<Map<String, Object>> layers =
        JSON.convertValue(file.get("layers"), new TypeReference<>() {});
    int[] shape = JSON.convertValue(file.get("input"), int[].class);
    return NetworkDescription.read(file.get("name").asText(), new Shape(shape), layers);
  }

  QuantizedGraph graph() {
    return QuantizedGraph.of(BlockGraph.of(network()), scheme());
  }

  PlanSettings settings() {
    return new PlanSettings(
        file.get("batch").asInt(),
        Arithmetic.valueOf(run.get("arithmetic").asText()),
        Normalization.valueOf(run.get("normalization").asText()));
  }

  private QuantizationScheme scheme() {
    if (!run.has("scheme")) {
      return QuantizationScheme.W8A8;
    }
    JsonNode weights = run.get("scheme").get("weights");
    JsonNode activations = run.get("scheme").get("activations");
    return new QuantizationScheme(
        new WeightQuantizer(weights.get("bits").asInt(), symmetry(weights), granularity(weights)),
        new ActivationQuantizer(
            activations.get("bits").asInt(),
            symmetry(activations),
            granularity(activations),
            ActivationQuantizer.DEFAULT.observer()),
        0,
        List.of());
  }

  private static Symmetry symmetry(JsonNode quantizer) {
    return quantizer.get("symmetric").asBoolean() ? Symmetry.SYMMETRIC : Symmetry.ASYMMETRIC;
  }

  private static Granularity granularity(JsonNode quantizer) {
    String name = quantizer.get("granularity").asText();
    return Granularity.valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
  }

  InputNormalization normalization() {
    JsonNode node = file.get("normalization");
    return new InputNormalization(floats(node.get("offset")), floats(node.get("factor")));
  }

  /** The ranges that are in force, or those observed; a point that the node lacks stays empty. */
  Ranges ranges(String key, QuantizedGraph graph) {
    Ranges ranges = Ranges.empty(graph.slots());
    if (run.has(key)) {
      graph
          .points()
          .forEach(
              point -> {
                double[][] pairs =
                    JSON.convertValue(run.get(key).get(point.name()), double[][].class);
                for (int slot = 0; slot < point.slots(); slot++) {
                  ranges.set(
                      point.firstSlot() + slot,
                      new Range((float) pairs[slot][0], (float) pairs[slot][1]));
                }
              });
    }
    return ranges;
  }

  float[] inputs() {
    return floats(file.get("inputs"));
  }

  float[] parameters() {
    return floats(file.get("parameters"));
  }

  float[] statistics() {
    return floats(file.get("statistics"));
  }

  Targets targets() {
    JsonNode loss = file.get("loss");
    return loss.has("labels")
        ? new Targets(
            loss.get("classes").asInt(),
            JSON.convertValue(loss.get("labels"), int[].class),
            new float[0])
        : new Targets(0, new int[0], floats(loss.get("targets")));
  }

  double labelSmoothing() {
    return file.get("loss").path("labelSmoothing").asDouble();
  }

  double tolerance() {
    return run.get("tolerance").asDouble();
  }

  /** Expected numbers of the run, e.g. {@code outputs} or {@code gradient, conv1.weight}. */
  double[] expected(String... keys) {
    JsonNode node = run;
    for (String key : keys) {
      node = node.get(key);
    }
    return node.isNumber()
        ? new double[] {node.asDouble()}
        : JSON.convertValue(node, double[].class);
  }

  private static float[] floats(JsonNode node) {
    return JSON.convertValue(node, float[].class);
  }

  @Override
  public String toString() {
    return file.get("name").asText() + " " + run.get("name").asText();
  }
}
