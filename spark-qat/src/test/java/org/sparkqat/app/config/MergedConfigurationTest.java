package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkqat.app.config.ConfigurationText.Source;
import org.sparkqat.quantization.QuantizationRule;

/** A configuration of several files. */
class MergedConfigurationTest {

  /** The minimal job, and files over it that are called 1.yaml, 2.yaml and so on. */
  private static ConfigurationText read(List<String> overrides, String... files) {
    List<Source> sources = new ArrayList<>();
    sources.add(new Source("job.yaml", Configurations.MINIMAL));
    for (String file : files) {
      sources.add(new Source(sources.size() + ".yaml", file));
    }
    return ConfigurationText.read(sources, overrides);
  }

  private static ConfigurationText read(String... files) {
    return read(List.of(), files);
  }

  @Test
  void severalFilesAreTheOneThatSaysAllOfIt() {
    ConfigurationText merged =
        read(
            "quantization: {weights: {bits: 5, range: lsq}}\ntraining: {seed: 1, shards: 4}",
            "quantization: {weights: {bits: 4}}\ntraining: {seed: 2}");
    ConfigurationText one =
        Configurations.read(
            Configurations.MINIMAL
                + "quantization: {weights: {bits: 4, range: lsq}}\n"
                + "training: {seed: 2, shards: 4}\n");
    assertThat(merged).isEqualTo(one);
    assertThat(Configurations.read(merged.resolved()).job()).isEqualTo(merged.job());
  }

  @Test
  void aListReplacesAList() {
    String rules = "quantization: {layers: [{match: '%s', weights: {bits: 4}}]}";
    assertThat(read(rules.formatted("conv1"), rules.formatted("fc?")).job().scheme().rules())
        .singleElement()
        .extracting(QuantizationRule::match)
        .isEqualTo("fc?");
  }

  @Test
  void anEmptyValueRestoresTheDefault() {
    ConfigurationText usual = read();
    assertThat(
            read(
                "training: {seed: 7}\nquantization: {weights: {bits: 4}}",
                "training: {seed: }\nquantization:"))
        .isEqualTo(usual);
  }

  @Test
  void overridesWinOverAllFiles() {
    assertThat(read(List.of("training.seed=3"), "training: {seed: 2}").job().training().seed())
        .isEqualTo(3);
  }

  @Test
  void aPresetIsUnderAllFiles() {
    ConfigurationText text =
        read("quantization: {weights: {bits: 3}}", "quantization: {preset: w4a4-lsq}");
    assertThat(text.job().scheme().weights().bits()).isEqualTo(3);
    assertThat(text.job().scheme().activations().bits()).isEqualTo(4);
  }

  @Test
  void mistakesNameTheFileThatTheyAreIn() {
    assertThatThrownBy(
            () ->
                read(
                    "model:\n  name: lenet\ntraining: {seed: x}",
                    "\n\ntraining: {sed: 1}\noutput: out\ndata: {classes: }"))
        .isInstanceOf(InvalidConfigurationException.class)
        .satisfies(
            thrown ->
                assertThat(thrown.getMessage().lines().map(MergedConfigurationTest::place))
                    .containsExactly(
                        "1.yaml:2: Invalid model.name",
                        "1.yaml:3: Invalid training.seed",
                        "2.yaml:3: Unknown key",
                        "2.yaml:4: Invalid output",
                        "2.yaml:4: Missing key",
                        "2.yaml:5: Missing key"));
  }

  private static String place(String line) {
    return line.substring(0, line.indexOf(':', line.indexOf(": ") + 2));
  }

  @Test
  void whatNoFileSaysIsMissingInTheFirst() {
    List<Source> sources =
        List.of(new Source("a.yaml", "model: {name: mlp}"), new Source("b.yaml", "training: {}"));
    assertThatThrownBy(() -> ConfigurationText.read(sources, List.of()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("a.yaml:1: Missing key: data.features (required)")
        .hasMessageNotContaining("b.yaml");
  }
}
