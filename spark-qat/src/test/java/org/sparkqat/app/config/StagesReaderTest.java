package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.training.Gate;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;

class StagesReaderTest {

  private static final String STEPPED =
      """
      quantization: {batch-norm-freeze-epoch: 5, activations: {observer: min-max}}
      training:
        learning-rate: {base: 0.2}
        stages:
          - {name: float, epochs: 3, float: true}
          - {name: w8a8, epochs: 2, start-epoch: 3}
          - {name: w4a8, epochs: 2, weights: {bits: 4}, learning-rate: {schedule: constant}}
          - {name: w4a4, epochs: 4, activations: {bits: 4}, learning-rate-factor: 0.5,
             batch-norm-freeze-epoch: 0, gate: {max-accuracy-drop: 0.5, retries: 1}}
      """;

  private static Stages stages(String... overrides) {
    return Configurations.read(Configurations.MINIMAL + STEPPED, overrides)
        .job()
        .training()
        .stages();
  }

  @Test
  void aStageInheritsFromTheOneBefore() {
    Stages stages = stages();
    assertThat(stages.all())
        .extracting(Stage::name)
        .containsExactly("float", "w8a8", "w4a8", "w4a4");
    assertThat(stages.all())
        .extracting(stage -> stage.scheme().weights().bits())
        .containsExactly(8, 8, 4, 4);
    assertThat(stages.all())
        .extracting(stage -> stage.scheme().activations().bits())
        .containsExactly(8, 8, 8, 4);
    assertThat(stages.get(3).scheme().activations().observer())
        .isEqualTo(stages.get(0).scheme().activations().observer());
    assertThat(stages.all())
        .extracting(Stage::learningRate)
        .containsExactly(
            new LearningRate.Cosine(0.2, 0, 0),
            new LearningRate.Cosine(0.02, 0, 0),
            new LearningRate.Constant(0.02, 0),
            new LearningRate.Cosine(0.02, 0, 0));
    assertThat(stages.all())
        .extracting(stage -> stage.freeze().epoch())
        .containsExactly(Stage.NEVER, 5, 5, 0);
    Gate gate = stages.get(3).gate().orElseThrow();
    assertThat(gate.accuracyDrop()).hasValue(0.005);
    assertThat(gate.retries()).isEqualTo(1);
  }

  @Test
  void theFloatStageForeseesWhatComesNext() {
    Stages stages = stages("training.stages.1.weights.bits=3");
    assertThat(stages.get(0).scheme().weights().bits()).isEqualTo(3);
  }

  @Test
  void activationsMayWait() {
    Stages stages = stages("training.stages.1.activations.bits=float");
    assertThat(stages.all())
        .extracting(stage -> stage.scheme().rules().stream().map(QuantizationRule::real).toList())
        .containsExactly(
            List.of(Set.of(Part.ACTIVATIONS)),
            List.of(Set.of(Part.ACTIVATIONS)),
            List.of(Set.of(Part.ACTIVATIONS)),
            List.of());
    assertThat(stages.calibrates(3)).isTrue();
  }

  @Test
  void singleLayersAreQuantizedOneStageAfterTheOther() {
    Stages stages =
        stages(
            "quantization.layers=[{match: 'conv*', weights: {bits: float}, activations: {bits: float}}]",
            "training.stages.1.layers=[{match: conv1, weights: {}, activations: {}}]",
            "training.stages.2.layers=[{match: conv2, weights: {bits: 3}}]",
            "training.stages.3.layers=[{match: conv1, weights: {bits: 2}}]");
    assertThat(stages.all())
        .extracting(stage -> bits(stage, "conv1") + ", " + bits(stage, "conv2"))
        .containsExactly("8, 0", "8, 0", "8, 3", "2, 3");
    assertThat(stages.all().stream().skip(1).map(stage -> stage.scheme().rules().size()))
        .containsExactly(2, 3, 4);
    assertThat(stages.calibrates(2)).isTrue();
  }

  /** Bits of a layer's weights, 0: float. */
  private static int bits(Stage stage, String layer) {
    Optional<WeightQuantizer> weights = Optional.of(stage.scheme().weights());
    for (QuantizationRule rule : stage.scheme().rules()) {
      weights = rule.matches(layer) ? rule.weightsAfter(weights) : weights;
    }
    return weights.map(WeightQuantizer::bits).orElse(0);
  }

  @Test
  void aStageMayNotOverruleBitsThatTrainingChooses() {
    assertThatThrownBy(
            () ->
                stages(
                    "quantization.mixed={}",
                    "training.stages.2.layers=[{match: conv1, weights: {bits: 3}}]"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(
            "Invalid training.stages.2.layers: rules for weights (quantization.mixed chooses their"
                + " bits; remove these rules, or quantization.mixed)");
  }

  @Test
  void whatIsResolvedGivesTheSameStages() {
    ConfigurationText text =
        Configurations.read(
            Configurations.MINIMAL + STEPPED,
            "training.stages.2.layers=[{match: conv1, weights: {bits: 3}}]");
    assertThat(Configurations.read(text.resolved()).job()).isEqualTo(text.job());
  }

  @Test
  void withoutAListThereAreTwo() {
    Stages stages = Configurations.job("training.qat-epochs=4").training().stages();
    assertThat(stages.all()).extracting(Stage::name).containsExactly("float", "qat");
    assertThat(stages.all()).extracting(Stage::epochs).containsExactly(3, 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "training.stages.1.start-epoch=2|Invalid training.stages.1.start-epoch: 2 (what comes"
            + " before ends at epoch 3: change start-epoch, or epochs of those stages)",
        "training.stages.2.start-epoch=6|Invalid training.stages.2.start-epoch: 6 (what comes"
            + " before ends at epoch 5: change start-epoch, or epochs of those stages)",
        "training.float-epochs=3|Invalid training.float-epochs: 3 (training.stages say how many"
            + " epochs each has: leave this out)",
        "training.stages.0.float=false|Invalid training.stages: none with epochs in float (add one,"
            + " or model.weights to start from)",
        "training.stages.2.float=true|Invalid training.stages.2.float: true (a float stage has no"
            + " weights or activations to quantize)",
        "training.stages.4={name: late, epochs: 1, float: true}|Invalid stage 'late': float (float"
            + " stages come before quantized ones)",
        "training.stages.1.name=w4a4|Invalid stage name: 'w4a4' (each once, and none that ends with"
            + " ptq or trained)",
        "training.stages.1.name=W8|Invalid stage name: 'W8' (lower-case letters and digits)",
        "training.stages.0.gate.max-loss-rise=1|Invalid gate: at stage 'float' (there is no stage"
            + " before the first)",
        "training.stages.1.gate.retries=1|Invalid gate: it bounds nothing (needs a largest drop of"
            + " accuracy, or rise of loss)",
        "training.stages.3.activations.bits=17|Invalid training.stages.3.activations.bits: 17"
            + " (allowed: float, or 1 to 16)",
        "training.stages.3.end=17|Unknown key: training.stages.3.end (allowed: name, float, epochs,"
            + " start-epoch, weights, activations, layers, learning-rate, learning-rate-factor,"
            + " batch-norm-freeze-epoch, range-freeze-epoch, quantized-weights, gate)",
        "training.stages.0.quantized-weights.method=blend|Invalid part of the weights: Blend[from=0.0,"
            + " to=1.0] (only of quantized stages)",
        "training.stages.2={name: inq, epochs: 1, weights: {granularity: per-tensor},"
            + " quantized-weights: {method: largest}}|Invalid weights that are held: not uniform,"
            + " symmetric and per channel (their scales would move; use these, or another method)",
        "training.stages.2={name: noisy, epochs: 1, weights: {scheme: tanh}, quantized-weights:"
            + " {method: random}}|Invalid weights of scheme tanh: Sampled[from=0.0, to=1.0] (real and"
            + " quantized ones cannot be mixed; use uniform)",
        "training.stages.0.layers=[{match: conv1, weights: {bits: 3}}]|Invalid"
            + " training.stages.0.float: true (a float stage has no weights or activations to"
            + " quantize)",
        "training.stages.2.layers=[{match: conv9, weights: {bits: 3}}]|job.yaml:13: Invalid match of a rule"
            + " for layers: 'conv9' (no such layer; allowed: input, conv1, pool1, conv2, pool2, flatten, fc1, fc2, fc3)",
        "training.stages.2.layers=[{match: conv1}]|Invalid rule for 'conv1': it changes nothing"
            + " (weights or activations)",
      })
  void whatMakesNoSenseIsRefusedWithKeyAndReason(String override, String message) {
    assertThatThrownBy(() -> stages(override))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(message);
  }
}
