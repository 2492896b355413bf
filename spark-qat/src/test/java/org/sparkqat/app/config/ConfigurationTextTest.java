package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.data.DataSource;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.GradientClipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.Stages;

class ConfigurationTextTest {

  @Test
  void whatIsNotSaidHasItsDefault() {
    JobConfiguration job = Configurations.job();
    assertThat(job.scheme()).isEqualTo(QuantizationScheme.W8A8);
    assertThat(job.data().train()).isEqualTo(DataSource.parquet("train.parquet"));
    assertThat(job.data().features()).containsExactly("image");
    assertThat(job.data().shape()).isEqualTo(new Shape(1, 28, 28));
    assertThat(job.data().unit()).isEqualTo(255);
    assertThat(job.training().seed()).isEqualTo(42);
    assertThat(job.training().microBatch()).isEqualTo(16);
    assertThat(job.quantization().batchNormFreezeEpoch()).isEqualTo(FreezeEpoch.NEVER);
    assertThat(job.cluster().workers()).isEmpty();
    assertThat(job.network().output().shape()).isEqualTo(new Shape(10));
  }

  @Test
  void theLearningRateOfQatIsATenthUnlessGiven() {
    Stages stages = Configurations.job("training.learning-rate.base=0.5").training().stages();
    assertThat(stages.get(1).learningRate()).isEqualTo(new LearningRate.Cosine(0.05, 0, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.optimizer={type: adamw, weight-decay: 1e-2}",
        "training.learning-rate={schedule: steps, base: 0.1, epochs: [1, 2.5], factor: 0.2}",
        "training.learning-rate={schedule: one-cycle}",
        "training.learning-rate={schedule: constant, warmup-epochs: 0.5}",
        "quantization.layers=[{match: 'conv*', weights: {bits: 4}}, {match: input, activations: {observer: min-max}}]",
        "quantization.layers=[{type: convolution, weights: {bits: 6}}, {match: 'fc*', weights: {bits: float}, activations: {bits: float}}]",
        "quantization={activations: {bits: float, observer: min-max}, layers: [{match: conv1, activations: {bits: 4}}]}",
        "quantization.first-last-bits=8",
        "quantization.residual-bits=8",
        "quantization.weights={scheme: binary}",
        "quantization={weights: {scheme: ternary}, layers: [{match: conv1, weights: {scheme: uniform}}]}",
        "quantization.weights={scheme: tanh, bits: 4}",
        "quantization.weights={granularity: per-group, group-size: 8, full-range: true, power-of-two: true}",
        "quantization.activations={bits: 1}",
        "quantization.activations={observer: percentile, percentile: 99.9}",
        "quantization.activations={observer: mean-squared-error}",
        "quantization={activations: {observer: kullback-leibler}, layers: [{match: conv1, activations: {observer: min-max}}]}",
        "quantization.activations={symmetric: true, signed: false}",
        "quantization.activations={signed: true, full-range: false, bits: 12}",
        "quantization.batch-norm-freeze-epoch=1",
        "quantization.batch-norm-freeze-epoch=last",
        "training={optimizer: {type: adam}, qat-epochs: 3, stages: []}",
        "cluster={exchange: job-per-step, workers: 3}",
        "data.train.options={header: true, sep: ';'}",
        "data.key=id",
        "model.weights=target/other",
        "training.loss.label-smoothing=0.1",
        "training.augmentation={crop-padding: 4, horizontal-flip: true}",
        "output.path='8'",
        "model={name: small, layers: [{name: flat, type: flatten}, {name: fc, type: fully-connected, outputs: 10, bias: true}]}",
      })
  void theResolvedConfigurationReadsBackToTheSameJob(String override) {
    ConfigurationText first = Configurations.read(Configurations.MINIMAL, override);
    ConfigurationText second = Configurations.read(first.resolved());
    assertThat(second.job()).isEqualTo(first.job());
    assertThat(second.resolved()).isEqualTo(first.resolved());
  }

  @Test
  void ofTheClusterOnlyAnEncodingThatRoundsDecidesTheResult() {
    Map<String, String> exact = Configurations.read(Configurations.MINIMAL).fingerprint();
    assertThat(
            Configurations.read(
                    Configurations.MINIMAL,
                    "cluster={workers: 2, exchange: resident, gradient-encoding: float32}")
                .fingerprint())
        .isEqualTo(exact);
    assertThat(
            Configurations.read(Configurations.MINIMAL, "cluster.gradient-encoding=int8")
                .fingerprint())
        .containsAllEntriesOf(exact)
        .containsEntry("cluster.gradient-encoding", "int8")
        .hasSize(exact.size() + 1);
  }

  @Test
  void theResolvedConfigurationSaysEveryDefault() {
    assertThat(Configurations.read(Configurations.MINIMAL).resolved())
        .contains(
            "weights: {scheme: uniform, bits: 8, symmetric: true, full-range: false, power-of-two: false, granularity: per-channel, group-size: 32,")
        .contains(
            "activations: {bits: 8, symmetric: false, signed: false, full-range: true, power-of-two: false, granularity: per-tensor")
        .contains("momentum: 0.01, range: observed}")
        .contains("optimizer: {type: sgd, momentum: 0.9, nesterov: false, weight-decay: 0.0}")
        .contains("first-last-bits: none")
        .contains("workers: auto");
  }

  @Test
  void floatInAGroupIsARuleForAllLayersBeforeTheOthers() {
    JobConfiguration job =
        Configurations.job(
            "quantization.activations.bits=float",
            "quantization.layers=[{type: convolution, activations: {bits: 5}}, {match: fc1, weights: {bits: float}}]");
    assertThat(job.scheme().rules())
        .containsExactly(
            QuantizationRule.real("*", Set.of(QuantizationRule.Part.ACTIVATIONS)),
            new QuantizationRule(
                "*",
                Optional.of("convolution"),
                Optional.empty(),
                Optional.of(ActivationQuantizer.DEFAULT.withBits(5)),
                Set.of()),
            QuantizationRule.real("fc1", Set.of(QuantizationRule.Part.WEIGHTS)));
  }

  @Test
  void aRuleInheritsWhatItDoesNotSay() {
    JobConfiguration job =
        Configurations.job(
            "quantization.weights={bits: 6, granularity: per-tensor}",
            "quantization.activations={observer: min-max}",
            "quantization.layers=[{match: conv1, weights: {bits: 4}, activations: {bits: 5}}]");
    assertThat(job.scheme().rules())
        .singleElement()
        .satisfies(
            rule -> {
              assertThat(rule.weights())
                  .contains(new WeightQuantizer(4, Symmetry.SYMMETRIC, Granularity.PER_TENSOR));
              assertThat(rule.activations())
                  .contains(
                      new ActivationQuantizer(
                          5, Symmetry.ASYMMETRIC, Granularity.PER_TENSOR, new Observer.MinMax()));
            });
  }

  @Test
  void rangesMayBeLearned() {
    JobConfiguration job =
        Configurations.job(
            "quantization.weights.range=lsq",
            "quantization.activations.range=lsq-plus",
            "quantization.layers=[{match: conv1, activations: {range: pact}}]",
            "quantization.range-freeze-epoch=3",
            "quantization.learned-ranges={learning-rate: 0.5, clip-norm: 2}");
    assertThat(job.scheme().weights().range()).isEqualTo(WeightRange.LSQ);
    assertThat(job.scheme().activations().range()).isEqualTo(ActivationRange.LSQ_PLUS);
    assertThat(job.scheme().rules().get(0).activations().orElseThrow().range())
        .isEqualTo(ActivationRange.PACT);
    assertThat(job.quantization().ranges()).isEqualTo(new RangeTraining(0.5, 0.9, 2e-4, 2, 3));
  }

  @Test
  void rangesThatMakeNoSenseAreRefusedWithAnAlternative() {
    assertThatThrownBy(
            () ->
                Configurations.job(
                    "quantization.weights={range: lsq, scheme: binary}",
                    "quantization.activations={range: pact, signed: true}",
                    "quantization.layers=[{match: conv1, activations: {range: dynamic, observer: percentile}}]"))
        .hasMessageContaining(
            "Invalid range of weights: lsq (binary weights have a scale of their own; use scheme"
                + " uniform or range observed)")
        .hasMessageContaining(
            "Invalid range of activations: pact of signed codes (allowed: unsigned; use lsq)")
        .hasMessageContaining(
            "Invalid range of activations: dynamic with an observer of histograms");
    assertThatThrownBy(() -> Configurations.job("quantization.weights.range=dynamic"))
        .hasMessageContaining(
            "Invalid quantization.weights.range: dynamic (allowed: observed, lsq; weights are the same for every example, so observed follows them already; quantization.activations.range may be dynamic)");
  }

  @ParameterizedTest
  @CsvSource({
    "kullback-leibler, 16, 7, 8, 128",
    "percentile, 16, 7, 8, 128",
    "mean-squared-error, 16, 1, 2, 32",
    "mean-squared-error, 8, 3, 4, 32",
  })
  void calibrationWithTooFewExamplesIsRefusedWithTheKeysAndAWayOut(
      String observer, int batchSize, int few, int enough, int least) {
    String settings = "training={batch-size: %d, calibration-steps: %d}";
    String by = "quantization.activations.observer=" + observer;
    assertThatThrownBy(() -> Configurations.job(by, settings.formatted(batchSize, few)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(
            "Invalid training.calibration-steps: %d (times training.batch-size %d: observer %s needs at least %d calibration examples, and sees %d: a histogram of fewer has no shape to fit a range to; use at least %d steps, or use quantization.activations.observer: moving-average, which takes any number)"
                .formatted(few, batchSize, observer, least, few * batchSize, enough));
    JobConfiguration job = Configurations.job(by, settings.formatted(batchSize, enough));
    assertThat(job.calibration().least()).isEqualTo(least);
    assertThat(job.calibration().shortageOf(least, job.training())).isEmpty();
    assertThat(job.calibration().shortageOf(least - 1, job.training()))
        .hasValueSatisfying(
            message ->
                assertThat(message)
                    .startsWith("Invalid data.train: %d examples, ".formatted(least - 1))
                    .contains("observer " + observer, "add data"));
    assertThat(Configurations.job(settings.formatted(batchSize, 1)).calibration().least())
        .isEqualTo(1);
  }

  @Test
  void bothScopesClipInAllThreeWays() {
    JobConfiguration job =
        Configurations.job(
            "training.clip={shard-norm: 1, value: 2, adaptive: 3, global-norm: 4, global-value: 5, global-adaptive: 6}");
    assertThat(job.training().clipping())
        .isEqualTo(new GradientClipping(new Clipping(1, 2, 3), new Clipping(4, 5, 6)));
    assertThat(Configurations.job().training().clipping()).isEqualTo(GradientClipping.NONE);
  }

  @Test
  void adaptiveClippingOfTheMergedGradientIsRefusedWhereWorkersHoldSlices() {
    assertThatThrownBy(
            () -> Configurations.job("training.clip.global-adaptive=0.01", "cluster.slices=always"))
        .hasMessage(
            "--set training.clip.global-adaptive=0.01: Invalid training.clip.global-adaptive: 0.01 (cluster.slices: always cuts the rows of weights whose norms it needs; use cluster.slices: auto, or training.clip.adaptive, which clips before anything is cut)");
    assertThat(
            Configurations.job("training.clip.global-value=0.01", "cluster.slices=always")
                .training()
                .clipping()
                .global()
                .value())
        .isEqualTo(0.01);
  }

  @Test
  void anObserverOfOneLayerOrOfAStageCountsToo() {
    String few = "training.calibration-steps=1";
    String batch = "training.batch-size=16";
    String rule = "[{match: conv1, activations: {observer: mean-squared-error}}]";
    assertThatThrownBy(() -> Configurations.job("quantization.layers=" + rule, few, batch))
        .hasMessageContaining("observer mean-squared-error needs at least 32");
    assertThatThrownBy(
            () ->
                Configurations.job(
                    "training={batch-size: 16, calibration-steps: 1, stages: [{name: float, epochs: 1, float: true}, {name: whole, epochs: 1, layers: "
                        + rule
                        + "}]}"))
        .hasMessageContaining("observer mean-squared-error needs at least 32");
    assertThat(
            Configurations.job(
                    "quantization={activations: {bits: float, observer: percentile}}", few, batch)
                .calibration()
                .least())
        .isEqualTo(1);
  }

  @Test
  void overridesReachItemsOfListsAndLaterOnesWin() {
    JobConfiguration job =
        Configurations.job(
            "quantization.layers.0.match=conv1",
            "quantization.layers.0.weights.bits=4",
            "quantization.layers.0.weights.bits=3",
            "data.mean=0.5",
            "quantization.batch-norm-freeze-epoch=0");
    assertThat(job.scheme().rules().get(0).match()).isEqualTo("conv1");
    assertThat(job.scheme().rules().get(0).weights().orElseThrow().bits()).isEqualTo(3);
    assertThat(job.data().mean()).isEqualTo(List.of(0.5));
    assertThat(job.quantization().batchNormFreezeEpoch()).isEqualTo(new FreezeEpoch(0));
  }

  @Test
  void variablesOfTheEnvironmentAreReplaced() {
    JobConfiguration job =
        Configurations.job(
            "data.train.path=${env:HOME_OF_DATA}/train", "quantization.weights.bits=${env:BITS}");
    assertThat(job.data().train().path()).isEqualTo("/data/mnist/train");
    assertThat(job.scheme().weights().bits()).isEqualTo(4);
    assertThatThrownBy(() -> Configurations.job("output.path=${env:NOPE}/out"))
        .hasMessage(
            "--set output.path=${env:NOPE}/out: Invalid variable: ${env:NOPE} (not set in the"
                + " environment)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quantization.weights.bits=17|Invalid quantization.weights.bits: 17 (allowed: float, or 2 to 16)",
        "quantization.weights.bits=eight|Invalid quantization.weights.bits: eight (allowed: float, or 2 to 16)",
        "quantization.weights.bits=[8]|Invalid quantization.weights.bits: a list (allowed: one value)",
        "quantization.weights=8|Invalid quantization.weights: 8 (allowed: a group of keys)",
        "quantization.weights.symmetric=yes|Invalid quantization.weights.symmetric: yes (allowed: true, false)",
        "quantization.weights.granularity=per-chanel|Invalid quantization.weights.granularity: per-chanel (did you mean 'per-channel'? allowed: per-tensor, per-channel, per-group)",
        "quantization.activations.momentum=0|Invalid quantization.activations.momentum: 0 (allowed: above 0, at most 1)",
        "quantization.weights={scheme: binary, bits: 4}|Invalid quantization.weights.bits: 4 (allowed: 1 to 1)",
        "quantization.weights={scheme: binary, symmetric: false}|Invalid quantization.weights.symmetric: false (quantization.weights.scheme: binary has codes on both sides of 0 alike and no zero point; use symmetric: true, or scheme: uniform)",
        "quantization.weights={scheme: ternary, power-of-two: true}|Invalid weights: ternary weights that are asymmetric, of full range or of powers of two (these need the uniform scheme)",
        "quantization.activations={bits: 11, observer: kullback-leibler}|Invalid quantization.activations.observer: kullback-leibler (bits 11: its histogram has 2048 parts, two for each code of 10 bits; lower the bits, or use mean-squared-error)",
        "quantization={activations: {observer: kullback-leibler}, first-last-bits: 12}|Invalid quantization.activations.observer: kullback-leibler (quantization.first-last-bits 12: its histogram",
        "quantization={activations: {observer: kullback-leibler}, layers: [{match: conv1, activations: {bits: 12}}]}|Invalid quantization.layers.0.activations.observer: kullback-leibler (bits 12: its histogram",
        "quantization.weights={scheme: tanh, granularity: per-tensor}|Invalid granularity of tanh weights: per-tensor (allowed: per-channel, since batch normalization gives each channel a scale)",
        "quantization.weights={scheme: ternary, granularity: per-group}|Invalid granularity of ternary weights: per-group (allowed: per-channel)",
        "quantization.activations={symmetric: true, bits: 1}|Invalid bits of signed codes: 1 (allowed: 2 to 16; weights of 1 bit are binary)",
        "quantization.activations.granularity=per-group|Invalid quantization.activations.granularity: per-group (allowed: per-tensor, per-channel)",
        "quantization.activations={observer: percentile, percentile: 50}|Invalid quantization.activations.percentile: 50 (allowed: above 50, at most 100)",
        "quantization.activations.observer=mse|Invalid quantization.activations.observer: mse (allowed: min-max, moving-average, percentile, mean-squared-error, kullback-leibler)",
        "quantization.first-last-bits=17|Invalid quantization.first-last-bits: 17 (allowed: none, or 2 to 16)",
        "quantization.residual-bits=1|Invalid quantization.residual-bits: 1 (allowed: none, or 2 to 16)",
        "training.batch_size=64|Unknown key: training.batch_size (did you mean 'batch-size'? allowed: seed, batch-size",
        "qat-epochs=1|Unknown key: qat-epochs (did you mean training.qat-epochs? allowed: data, model",
        "training.learning-rate.factor=0.5|Unknown key: training.learning-rate.factor (allowed: schedule, base, warmup-epochs, floor)",
        "training.batch-size=0|Invalid training.batch-size: 0 (allowed: 1 to 1048576)",
        "training.batch-size=100|Invalid training.batch-size: 100 (must be a multiple of training.shards 8)",
        "training.shards=6|Invalid training.shards: 6 (must be a power of two)",
        "training.float-epochs=0|Invalid training.float-epochs: 0 (0 needs model.weights to start from)",
        "training={float-epochs: 0, qat-epochs: 0}|Invalid training.float-epochs: 0 (0 needs model.weights to start from)",
        "training.loss.type=mean-squared-error|Invalid training.loss.type: mean-squared-error (data.classes 10 needs cross-entropy)",
        "data.classes=1|Invalid data.classes: 1 (allowed: 0 for regression, or 2 to 65536)",
        "data.shape=[28, 28]|Invalid data.shape: [28, 28] (allowed: [channels, height, width] or [features])",
        "data.shape=[1, 0, 28]|Invalid data.shape: 0 (allowed: 1 to 2147483647)",
        "data.mean=[0.1, 0.2]|Invalid data.mean: 2 numbers (allowed: 1, or one for each of 1 channels)",
        "data.std=0|Invalid data.std: 0 (allowed: above 0)",
        "data.features=[a, b]|Invalid data.features: 2 columns (data.shape [1, 28, 28] needs 784, or one column)",
        "data.label=|Missing key: data.label (required)",
        "data.label=''|Invalid data.label: '' (allowed: name of a column)",
        "model.name=lenet|Invalid model.name: lenet (did you mean 'lenet5'? allowed: lenet5, mlp, mobilenetv2-cifar, resnet20, resnet56, vgg-small)",
        "model=|Missing key: model.name (required, or model.layers; allowed: lenet5, mlp, mobilenetv2-cifar, resnet20, resnet56, vgg-small)",
        "quantization.layers=[{match: conv9, weights: {bits: 4}}]|Invalid match of a rule for layers: 'conv9' (no such layer; allowed: input, conv1",
        "quantization.layers=[{type: pooling, weights: {bits: 4}}]|Invalid quantization.layers.0.type: pooling (allowed: input, depthwise-convolution, convolution,",
        "quantization.layers=[{type: concatenate, activations: {bits: 4}}]|Invalid match of a rule for layers: '*' of type 'concatenate' (no such layer; allowed: input, conv1",
        "quantization.layers=[{match: conv1, weights: {bits: float, symmetric: true}}]|Invalid quantization.layers.0.weights.symmetric: true (bits are float, which has no codes)",
        "quantization.layers=[{match: conv1, weights: {bits: 1}}]|Invalid quantization.layers.0.weights.bits: 1 (allowed: float, or 2 to 16)",
        "quantization.layers=[{match: conv1, weights: {bits: real}}]|Invalid quantization.layers.0.weights.bits: real (allowed: float, or 2 to 16)",
        "quantization.layers=[{match: conv1}]|Invalid rule for 'conv1': it changes nothing (weights or activations)",
        "quantization.layers.1.match=conv1|Invalid index of list quantization.layers: 1 (allowed: 0 to 0)",
        "training.seed.x=1|Cannot set training.seed.x: training.seed is 7, not a group of keys",
        "training.learning-rate={schedule: steps, epochs: [2, 1]}|Invalid training.learning-rate.epochs: [2.0, 1.0] (must rise)",
        "training.learning-rate.base=.nan|Invalid training.learning-rate.base: .nan (allowed: number, above 0)",
        "training.learning-rate.base=1e999|Invalid training.learning-rate.base: 1e999 (allowed: above 0)",
        "quantization.integer-true=fixed-point|Invalid quantization.integer-true: fixed-point (allowed: none, fixed-point-double, fixed-point-single, float-half-even)",
        "training|Invalid --set: training (expects key.of.value=value)",
        "training.seed=[|Invalid YAML: ",
      })
  void aMistakeIsNamedWithValueAndWhatIsAllowed(String override, String message) {
    String yaml = Configurations.MINIMAL + "training: {seed: 7}\nquantization: {layers: []}\n";
    assertThatThrownBy(() -> Configurations.read(yaml, override))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("--set " + override + ": " + message);
  }

  @Test
  void integerTrueArithmeticIsReadAndNeedsOneRangeForEachTensor() {
    String rounded = Configurations.MINIMAL + "quantization: {integer-true: fixed-point-single}\n";
    assertThat(Configurations.read(rounded).job().scheme().integerTrue())
        .contains(Rounding.FIXED_POINT_SINGLE);
    assertThat(Configurations.job().scheme().integerTrue()).isEmpty();
    assertThatThrownBy(
            () -> Configurations.read(rounded, "quantization.activations.granularity=per-channel"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(
            "Invalid network for integer-only arithmetic: the activations of 'input' have a scale per channel (allowed: activations per tensor, weights per tensor or per channel, no float layers)");
    assertThatThrownBy(() -> Configurations.read(rounded, "quantization.weights.bits=float"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("layer 'conv1' stays float (allowed: ");
    assertThatThrownBy(
            () -> Configurations.read(rounded, "quantization.weights.granularity=per-group"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("the weights of 'conv1' have a scale per group (allowed: ");
  }

  @Test
  void allMistakesOfAFileAreToldAtOnceInTheOrderOfItsLines() {
    String yaml =
        """
        data:
          train: {path: train.parquet}
          test: {path: test.parquet}
          features: image
          label: label
          shape: [1, 28, 28]
          classes: ten
        quantization:
          weights:
            bits: 17
          weigths: {}
        model: {name: lenet5}
        training: {shards: 3}
        training: {shards: 4}
        """;
    assertThatThrownBy(() -> Configurations.read(yaml, "cluster.workers=0"))
        .hasMessage(
            """
            job.yaml:1: Missing key: output.path (required)
            job.yaml:7: Invalid data.classes: ten (allowed: integer, 0 to 65536)
            job.yaml:10: Invalid quantization.weights.bits: 17 (allowed: float, or 2 to 16)
            job.yaml:11: Unknown key: quantization.weigths (did you mean 'weights'? allowed: preset, weights, activations, first-last-bits, residual-bits, layers, batch-norm-freeze-epoch, mixed, integer-true, batch-norm-freeze-drift, batch-norm-freeze-steps, range-freeze-epoch, learned-ranges)
            job.yaml:13: Invalid training.shards: 3 (must be a power of two)
            job.yaml:14: Duplicate key: training (first at line 13)
            --set cluster.workers=0: Invalid cluster.workers: 0 (allowed: auto, or 1 to 65536)"""
                .stripIndent());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'data: [1, 2'|job.yaml:1: Invalid YAML: expected ',' or ']'",
        "'data: a: b'|job.yaml:1: Invalid YAML: mapping values are not allowed here",
        "'just text'|job.yaml:1: Invalid configuration: just text (expects groups of keys)",
        "'a: &x [*x]'|job.yaml:1: Invalid YAML: nested more than 50 levels deep",
        "''|job.yaml:1: Missing key: data.classes (required)",
      })
  void textThatIsNoConfigurationIsRefused(String yaml, String message) {
    assertThatThrownBy(() -> Configurations.read(yaml)).hasMessageContaining(message);
  }

  @Test
  void aModelThatDoesNotFitTheDataIsNamedAtItsLine() {
    assertThatThrownBy(() -> Configurations.job("data.shape=[784]"))
        .hasMessage(
            "job.yaml:8: Invalid layer 'conv1': cannot take the output of 'input' with shape [784]:"
                + " expects an image [C, H, W], not [784]");
  }

  @Test
  void aLayerOfADescriptionIsNamedWithItsNeighbour() {
    assertThatThrownBy(
            () ->
                Configurations.job(
                    "model={layers: [{name: conv, type: convolution, outputs: 4, kernel: 3}, {name:"
                        + " fc, type: fully-connected, outputs: 10}]}"))
        .hasMessageContaining(
            "Invalid layer 'fc': cannot take the output of 'conv' with shape [4, 26, 26]");
    assertThatThrownBy(
            () ->
                Configurations.job(
                    "model={layers: [{name: flat, type: flatten}, {name: fc, type: fully-connected,"
                        + " outputs: 9}]}"))
        .hasMessageContaining(
            "Invalid model.layers: the last layer 'fc' has shape [9] (data.classes 10 needs [10])");
  }

  @Test
  void yamlCannotNameJavaClasses() {
    assertThatThrownBy(() -> Configurations.read("data: !!javax.script.ScriptEngineManager [x]\n"))
        .hasMessageContaining("job.yaml:1: Invalid YAML: Global tag is not allowed");
  }

  @Test
  void aRegressionHasOneOutputAndSquaredError() {
    JobConfiguration job =
        Configurations.job(
            "data={shape: [4], classes: 0, features: [a, b, c, d], label: y, train: {path: a, format: csv}, test: {path: b}}",
            "model.name=mlp");
    assertThat(job.training().loss()).isEqualTo(new Loss.MeanSquaredError(1));
    assertThat(job.network().output().shape()).isEqualTo(new Shape(1));
    assertThat(job.data().unit()).isEqualTo(1);
  }
}
