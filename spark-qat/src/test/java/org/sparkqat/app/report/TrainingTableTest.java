package org.sparkqat.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.app.config.ConfigurationText;
import org.sparkqat.app.output.Json;

/** Whoever looks at a job sees how it trains. */
class TrainingTableTest {

  private static final String JOB =
      """
      data:
        train: {path: train.parquet}
        test: {path: test.parquet}
        features: image
        label: label
        shape: [3, 32, 32]
        classes: 10
      model: {name: resnet20}
      output: {path: out}
      """;

  private static final String STAGES =
      """
      training.stages:
        - {name: float, epochs: 3, float: true, learning-rate: {schedule: steps, base: 0.1, epochs: [1, 2]}}
        - {name: half, epochs: 4, quantized-weights: {method: blend}, batch-norm-freeze-epoch: 0}
        - name: whole
          epochs: 2
          weights: {bits: 4}
          activations: {bits: float}
          learning-rate: {schedule: constant, base: 0.01, warmup-epochs: 0.5}
          learning-rate-factor: 0.5
          range-freeze-epoch: 1
          gate: {max-accuracy-drop: 0, max-loss-rise: 0.1, against: float, retries: 2, on-failure: keep}
      """;

  private static TrainingTable table(String... overrides) {
    return TrainingTable.of(ConfigurationText.read("job.yaml", JOB, List.of(overrides)).job());
  }

  private static String stages() {
    return "training.stages=" + STAGES.substring(STAGES.indexOf('\n') + 1);
  }

  @Test
  void aStageHasALineForItsEpochsBitsAndSettings() {
    assertThat(table(stages()).text())
        .isEqualTo(
            """
            stage  epochs  weights  activations  how
            -----  ------  -------  -----------  --------------------------------------------------------------------------------------------------------
            float       3  float    float        learning-rate steps, base 0.1, epochs 1 2, factor 0.1
            half        4  8        8            learning-rate cosine, base 0.005
                                                 calibration-steps 16
                                                 batch-norm-freeze-epoch 0
                                                 quantized-weights blend, from 0, to 1
            whole       2  4        float        learning-rate constant, base 0.01, warmup-epochs 0.5
                                                 learning-rate-factor 0.5
                                                 calibration-steps 16
                                                 range-freeze-epoch 1
                                                 gate max-accuracy-drop 0, max-loss-rise 0.1, against float, retries 2, retry-factor 0.5, on-failure keep
            """);
  }

  @Test
  void whatIsOnHasALineOfItsOwn() {
    String text =
        table(
                "quantization.preset=mixed-auto",
                "model.weights=target/before",
                "training.clip={shard-norm: 5, value: 0.1, global-norm: 2}",
                "training.distillation.teacher=target/teacher",
                "training.average-decay=0.999",
                "training.equalize-weights=true",
                "training.correct-bias=true",
                "training.oscillations={watch: true, freeze-above: 0.02}",
                "training.re-estimate-batch-norm=true")
            .text();
    assertThat(text)
        .contains("mixed    4 8          learning-rate cosine, base 0.01\n")
        .contains("re-estimate-batch-norm\n")
        .endsWith(
            """

            preset            mixed-auto
            starts-from       target/before
            mixed             average-bits 4, candidates 2 3 4 6 8, examples 512
            learned-ranges    learning-rate 1, momentum 0.9, decay 2.0E-4
            clip              shard-norm 5, value 0.1, global-norm 2
            distillation      teacher target/teacher, temperature 4, weight 0.5
            average-decay     0.999
            equalize-weights  on
            correct-bias      on
            oscillations      momentum 0.01, threshold 0.005, freeze-above 0.02
            """);
  }

  @Test
  void whatIsOffHasNone() {
    assertThat(table().values()).containsOnlyKeys("stages");
    assertThat(table().text().lines()).hasSize(2 + 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantization.preset=w8a8-int8",
        "quantization.mixed={}",
        "quantization.mixed={average-bits: 5}",
        "quantization.mixed={candidates: [2, 4]}",
        "quantization.mixed={examples: 300}",
        "quantization.weights.bits=4",
        "quantization.activations.bits=float",
        "quantization.batch-norm-freeze-epoch=1",
        "quantization.batch-norm-freeze-drift=0.01",
        "quantization.range-freeze-epoch=1",
        "quantization.activations.range=lsq",
        "quantization={weights: {range: lsq}, learned-ranges: {learning-rate: 0.1}}",
        "quantization={weights: {range: lsq}, learned-ranges: {momentum: 0}}",
        "quantization={weights: {range: lsq}, learned-ranges: {clip-norm: 1}}",
        "model.weights=target/before",
        "training.float-epochs=1",
        "training.qat-epochs=1",
        "training.calibration-steps=8",
        "training.learning-rate={schedule: one-cycle}",
        "training.qat-learning-rate={schedule: constant}",
        "training.qat-learning-rate={floor: 0.001}",
        "training.clip.shard-norm=1",
        "training.clip.value=1",
        "training.clip.adaptive=1",
        "training.clip.global-norm=1",
        "training.clip.global-value=1",
        "training.clip.global-adaptive=1",
        "training.distillation.teacher=target/teacher",
        "training.average-decay=0.99",
        "training.equalize-weights=true",
        "training.correct-bias=true",
        "training.oscillations.watch=true",
        "training.oscillations={watch: true, freeze-above: 0.1}",
        "training.re-estimate-batch-norm=true",
        "training.stages=[{name: a, epochs: 3, float: true}, {name: b, epochs: 2,"
            + " quantized-weights: {method: largest}}]",
        "training.stages=[{name: a, epochs: 3, float: true}, {name: b, epochs: 2,"
            + " quantized-weights: {method: random}}]",
        "training.stages=[{name: a, epochs: 3, float: true}, {name: b, epochs: 2, gate:"
            + " {max-loss-rise: 1}}]"
      })
  void everyChoiceShows(String choice) {
    List<TrainingTable> others = new ArrayList<>(List.of(table()));
    if (choice.startsWith("quantization.mixed={") && !choice.endsWith("={}")) {
      others.add(table("quantization.mixed={}"));
    } else if (choice.contains("learned-ranges")) {
      others.add(table("quantization={weights: {range: lsq}}"));
    }
    TrainingTable table = table(choice);
    for (TrainingTable other : others) {
      assertThat(table.text()).isNotEqualTo(other.text());
      assertThat(Json.document(table.values())).isNotEqualTo(Json.document(other.values()));
    }
  }
}
