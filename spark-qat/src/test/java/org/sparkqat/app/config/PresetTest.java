package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightScheme;

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

  @Test
  void aNameThatIsNoneIsReported() {
    assertThatThrownBy(() -> read("quantization.preset=w8a8"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("Invalid quantization.preset: w8a8 (did you mean 'w4a8'?");
  }
}
