package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever sets something learns that it changes nothing; who leaves defaults learns nothing. */
class WithoutEffectTest {

  private static final String LSQ = "quantization.weights.range=lsq";
  private static final String PACT = "quantization.activations={range: pact}";
  private static final String GROUPS = "quantization.weights.granularity=per-group";
  private static final String DRIFT = "quantization.batch-norm-freeze-drift=0.01";
  private static final String TEACHER = "training.distillation.teacher=target/other";
  private static final String NETWORK = "model.name=resnet20";
  private static final String IMAGES = "data.shape=[3, 32, 32]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quantization.learned-ranges.learning-rate=0.5 | Invalid quantization.learned-ranges.learning-rate: 0.5 (no range is learned; use range: lsq, or leave this out) | "
            + LSQ,
        "quantization.learned-ranges.momentum=0.5 | Invalid quantization.learned-ranges.momentum: 0.5 (no range is learned; | "
            + LSQ,
        "quantization.learned-ranges.clip-norm=1 | Invalid quantization.learned-ranges.clip-norm: 1.0 (no range is learned; | "
            + LSQ,
        "quantization.learned-ranges.decay=0.1 | Invalid quantization.learned-ranges.decay: 0.1 (no activation has range: pact behind a rectifier; leave this out) | "
            + PACT,
        "quantization.weights.group-size=8 | Invalid quantization.weights.group-size: 8 (no weights have granularity: per-group; use that, or leave this out) | "
            + GROUPS,
        "quantization.batch-norm-freeze-steps=7 | Invalid quantization.batch-norm-freeze-steps: 7 (it needs quantization.batch-norm-freeze-drift above 0) | "
            + DRIFT,
        "training.distillation.temperature=2 | Invalid training.distillation.temperature: 2.0 (there is no training.distillation.teacher; name one, or leave this out) | "
            + TEACHER,
        "training.distillation.weight=0.9 | Invalid training.distillation.weight: 0.9 (there is no training.distillation.teacher; | "
            + TEACHER,
      })
  void aSettingWithoutItsPartnerIsRefusedAndTakenWithIt(
      String setting, String message, String partner) {
    assertThatThrownBy(() -> Configurations.job(NETWORK, IMAGES, setting))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessage("--set " + setting + ": " + message(setting, message));
    assertThatCode(() -> Configurations.job(NETWORK, IMAGES, partner, setting))
        .doesNotThrowAnyException();
  }

  /** All of it, where the table has its beginning. */
  private static String message(String setting, String message) {
    if (!message.endsWith(";")) {
      return message;
    }
    String rest =
        setting.contains("distillation")
            ? " name one, or leave this out)"
            : " use range: lsq, or leave this out)";
    return message + rest;
  }

  @Test
  void whatHelpsQuantizedStagesNeedsOne() {
    String some = "model.weights=target/other";
    String calibrates = "training={float-epochs: 0, qat-epochs: 0, %s}";
    assertThatThrownBy(
            () -> Configurations.job(some, calibrates.formatted("oscillations: {watch: true}")))
        .hasMessageContaining(
            "Invalid training.oscillations.watch: true (codes move in quantized stages, and none has an epoch; leave this out)");
    assertThatThrownBy(
            () -> Configurations.job(some, calibrates.formatted("distillation: {teacher: a}")))
        .hasMessageContaining(
            "Invalid training.distillation.teacher: a (it teaches in quantized stages, and none has an epoch)");
    assertThatCode(() -> Configurations.job(some, calibrates.formatted("correct-bias: true")))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                Configurations.job(
                    "training={correct-bias: true, equalize-weights: true, stages: [{name: a, epochs: 1, float: true}]}"))
        .hasMessageContaining(
            "Invalid training.equalize-weights: true (no stage is quantized; leave this out)")
        .hasMessageContaining("Invalid training.correct-bias: true (no stage is quantized;");
  }

  @Test
  void aModelWithoutBatchNormalizationHasNoDrift() {
    assertThatThrownBy(() -> Configurations.job(DRIFT))
        .hasMessageContaining(
            "Invalid quantization.batch-norm-freeze-drift: 0.01 (the model has no batch normalization; leave this out)");
  }

  @Test
  void defaultsThatAreSaidAreNoMistake() {
    assertThat(
            Configurations.job(
                "quantization.learned-ranges={learning-rate: 1, momentum: 0.9, decay: 2e-4, clip-norm: 0}",
                "quantization={weights: {group-size: 32}, batch-norm-freeze-steps: 100}",
                "training.distillation={temperature: 4, weight: 0.5}",
                "training.oscillations.watch=false"))
        .isEqualTo(Configurations.job());
  }
}
