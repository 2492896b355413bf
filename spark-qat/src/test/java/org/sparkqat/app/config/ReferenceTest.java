package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sparkqat.testkit.CommandLine;

/** The reference of all keys says what the readers do. */
class ReferenceTest {

  private static final Path REFERENCE =
      CommandLine.projectFolder().resolve("spark-qat/docs/configuration.md");

  private static final String EVERYTHING =
      Configurations.MINIMAL
          + "quantization: {layers: [{match: conv1, weights: {bits: 4}, activations: {bits: 4}}]}\n";

  /**
   * Every key under every choice that a configuration can make: choices bring keys of their own.
   */
  private static Map<String, Set<KeyDescription>> keys() {
    Map<String, Set<KeyDescription>> keys = new TreeMap<>();
    List<String> choices = new ArrayList<>();
    choices.add("model.name=lenet5");
    choices.add("model.layers=[{name: a, type: relu}]");
    choices.add("data.classes=0");
    choices.add("data.validation.path=v");
    choices.add("data.validation.share=0.1");
    choices.add("quantization.mixed={}");
    choices.add(
        "training.stages=[{float: true}, {weights: {}, activations: {}, layers: [{match: conv1, weights: {bits: 4}, activations: {bits: 4}}], learning-rate: {}, gate: {}, quantized-weights: {}}]");
    for (int i = 0; i < choices.size(); i++) {
      for (KeyDescription key : ConfigurationText.keys(EVERYTHING, List.of(choices.get(i)))) {
        if (keys.computeIfAbsent(key.path(), k -> new LinkedHashSet<>()).isEmpty()
            && key.allowed().matches("[a-z0-9-]+(, [a-z0-9-]+)+")) {
          for (String word : key.allowed().split(", ", -1)) {
            choices.add(key.path().replace(".N.", ".0.") + "=" + word);
          }
        }
        keys.get(key.path()).add(key);
      }
    }
    return keys;
  }

  private record Row(String allowed, String fallback) {}

  private static Map<String, Row> rows() throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(REFERENCE)) {
      if (line.matches("\\| `[a-z]+\\..*")) {
        String[] cells = line.split(" *\\| *", -1);
        rows.put(cells[1].replace("`", ""), new Row(cells[2], cells[3]));
      }
    }
    return rows;
  }

  @Test
  void everyKeyIsInTheReferenceAndNoOther() throws IOException {
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(keys().keySet());
  }

  @Test
  void theReferenceSaysWhatIsAllowedAndWhatIsTheDefault() throws IOException {
    Map<String, Row> rows = rows();
    keys()
        .forEach(
            (path, descriptions) -> {
              KeyDescription key = descriptions.iterator().next();
              assertThat(rows.get(path).allowed()).as(path).isEqualTo(key.allowed());
              boolean derived = path.contains(".N.") || descriptions.size() > 1;
              if (!derived) {
                assertThat(rows.get(path).fallback()).as(path).isEqualTo(key.fallback());
              }
            });
  }
}
