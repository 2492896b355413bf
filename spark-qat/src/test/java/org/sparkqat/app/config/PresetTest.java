package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.analysis.BitSearch;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;

class PresetTest {

  private static ConfigurationText read(String... overrides) {
    return ConfigurationText.read("job.yaml", Configurations.MINIMAL, List.of(overrides));
  }

  private static String option(Preset preset) {
    return "quantization.preset=" + preset.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @ParameterizedTest
  @EnumSource
  void everyPresetIsAJobWhoseResolvedFormIsTheSameJob(Preset preset) {
    ConfigurationText text = read(option(preset));
    ConfigurationText again = ConfigurationText.read("config.yaml", text.resolved(), List.of());
    assertThat(again.job()).isEqualTo(text.job());
    assertThat(again.fingerprint()).isEqualTo(text.fingerprint());
  }

  @Test
  void theFirstPresetIsTheDefaultScheme() {
    assertThat(read(option(Preset.W8A8_INT8)).job().scheme()).isEqualTo(QuantizationScheme.W8A8);
  }

  @Test
  void whatTheUserSaysWins() {
    QuantizationScheme scheme =
        read(option(Preset.BINARY), "quantization.activations.bits=2").job().scheme();
    assertThat(scheme.activations().bits()).isEqualTo(2);
    assertThat(scheme.activations().observer()).isEqualTo(new Observer.LeastSquares());
    assertThat(scheme.weights().scheme()).isEqualTo(WeightScheme.BINARY);
  }

  @Test
  void keysOfAPresetThatAChoiceOfTheUserLeavesWithoutMeaningAreNoMistake() {
    assertThat(
            read(option(Preset.W4A8), "training.qat-learning-rate={schedule: one-cycle, base: 0.1}")
                .job()
                .training()
                .stages()
                .get(1)
                .learningRate()
                .at(3, 10))
        .isEqualTo(0.1);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyPresetFreezesBatchNormalizationInTheLastEpoch(Preset preset) {
    Stages stages = read(option(preset), "training.qat-epochs=7").job().training().stages();
    assertThat(stages.get(1).freeze()).isEqualTo(BatchNormFreeze.from(6));
    assertThat(
            read(option(preset), "quantization.batch-norm-freeze-epoch=never")
                .job()
                .training()
                .stages()
                .get(1)
                .freeze())
        .isEqualTo(BatchNormFreeze.NEVER);
  }

  /** Post-training quantization by a preset: nothing is frozen, since nothing is trained. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NONE", "MIXED_AUTO"})
  void aPresetAsksForNoLastEpochWhereThereIsNone(Preset preset) {
    JobConfiguration job =
        read(option(preset), "training={float-epochs: 0, qat-epochs: 0}", "model.weights=a").job();
    assertThat(job.training().stages().get(1).freeze()).isEqualTo(BatchNormFreeze.NEVER);
  }

  @Test
  void aUserWhoAsksForItIsRefused() {
    assertThatThrownBy(
            () ->
                read(
                    "quantization.batch-norm-freeze-epoch=last",
                    "training={float-epochs: 0, qat-epochs: 0}",
                    "model.weights=a"))
        .hasMessage(
            "--set quantization.batch-norm-freeze-epoch=last: Invalid quantization.batch-norm-freeze-epoch: last (training.qat-epochs is 0, so there is no last one; leave this out)");
  }

  @Test
  void theLastEpochIsThatOfEachStage() {
    String stages =
        "training.stages=[{name: a, epochs: 3, float: true}, {name: b, epochs: 2}, {name: c, epochs: 5%s}]";
    String last = "quantization.batch-norm-freeze-epoch=last";
    assertThat(read(last, stages.formatted("")).job().training().stages().all())
        .extracting(stage -> stage.freeze().epoch())
        .containsExactly(Stage.NEVER, 1, 4);
    assertThat(
            read(stages.formatted(", batch-norm-freeze-epoch: last"))
                .job()
                .training()
                .stages()
                .all())
        .extracting(stage -> stage.freeze().epoch())
        .containsExactly(Stage.NEVER, Stage.NEVER, 4);
    assertThatThrownBy(
            () ->
                read(
                    "training.stages=[{name: a, epochs: 3, float: true}, {name: b, epochs: 0, batch-norm-freeze-epoch: last}]"))
        .hasMessageContaining(
            "Invalid training.stages.1.batch-norm-freeze-epoch: last (the stage has epochs: 0; leave this out)");
  }

  @ParameterizedTest
  @CsvSource({"sgd, 0.01", "adam, 0.0001", "adamw, 0.0001"})
  void theLearningRateOfAPresetIsOneOfSgd(String optimizer, double base) {
    ConfigurationText text = read(option(Preset.W4A4_LSQ), "training.optimizer.type=" + optimizer);
    assertThat(text.job().training().stages().get(1).learningRate())
        .isEqualTo(new LearningRate.Cosine(base, 0, 0));
    assertThat(ConfigurationText.read("config.yaml", text.resolved(), List.of()).job())
        .isEqualTo(text.job());
  }

  @Test
  void aNameThatIsNoneIsReported() {
    assertThatThrownBy(() -> read("quantization.preset=w8a8"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("Invalid quantization.preset: w8a8 (did you mean 'w4a8'?");
  }

  @Test
  void mixedAutoSearchesForBitsAndLeavesRulesInstead() {
    ConfigurationText text = read(option(Preset.MIXED_AUTO), "quantization.mixed.average-bits=5");
    assertThat(text.job().quantization().mixed())
        .contains(new BitSearch(5, List.of(2, 3, 4, 6, 8), 512));
    ConfigurationText chosen = text.weightBits(Map.of("conv2", 3));
    assertThat(chosen.job().quantization().mixed()).isEmpty();
    QuantizationScheme scheme = chosen.job().scheme();
    assertThat(scheme.firstLastBits()).isEqualTo(8);
    assertThat(scheme.rules()).hasSize(1);
    assertThat(scheme.rules().get(0).weights()).contains(scheme.weights().withBits(3));
    assertThat(chosen.fingerprint()).isEqualTo(text.fingerprint());
    assertThat(ConfigurationText.read("config.yaml", chosen.resolved(), List.of()).job())
        .isEqualTo(chosen.job());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quantization.mixed.candidates=[4] | Invalid candidates: [4] (two at least, each once)",
        "quantization.mixed.average-bits=1 | Invalid quantization.mixed.average-bits: 1 (allowed: 2 to 16)",
        "quantization.mixed.average-bits=9 | Invalid average bits: 9.0 (allowed: from the least",
        "quantization.weights={scheme: binary, range: observed} | Invalid quantization.weights.scheme: binary (it has bits of its own;",
        "quantization.weights.bits=float | Invalid quantization.weights.bits: float (quantization.mixed chooses",
        "quantization.layers=[{match: conv2, weights: {bits: 3}}] | Invalid quantization.layers: rules for weights (",
        "quantization.mixed.examples=31 | Invalid quantization.mixed.examples: 31 (observer mean-squared-error needs at least 32 calibration examples, and sees 31:",
        "quantization.mixed.examples=8 | Invalid quantization.mixed.examples: 8 (one micro-batch, training.batch-size / shards, has 16)",
      })
  void whatLeavesNothingToChooseIsRefused(String override, String message) {
    assertThatThrownBy(() -> read(option(Preset.MIXED_AUTO), override))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aDocumentOfRulesIsReadAndAnotherOneRefused() {
    assertThat(
            WeightRules.read(
                "rules.yaml", "quantization: {layers: [{match: 'a', weights: {bits: 3}}]}"))
        .isEqualTo(Map.of("a", 3));
    assertThatThrownBy(
            () -> WeightRules.read("rules.yaml", "quantization: {layers: [{match: 'a'}]}"))
        .hasMessage("Invalid rule in rules.yaml: {match=a} (must have match, and bits of weights)");
    assertThatThrownBy(() -> WeightRules.read("rules.yaml", "{"))
        .hasMessageStartingWith("Invalid YAML in rules.yaml: ");
  }
}
