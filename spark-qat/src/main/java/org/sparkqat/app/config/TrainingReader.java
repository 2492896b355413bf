package org.sparkqat.app.config;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.InstructionSetChoice;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.GradientClipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.Stage.Form;
import org.sparkqat.training.Stages;
import org.sparkqat.training.WeightAverage;

/** Reads group {@code training}. */
final class TrainingReader {

  private static final int MAX_EPOCHS = 1_000_000;

  /** A QAT phase starts from trained weights: its steps are this much smaller. */
  private static final double QAT_DIVISOR = 10;

  private static final String FLOAT_EPOCHS = "float-epochs";
  private static final String RE_ESTIMATE = "re-estimate-batch-norm";
  private static final String QAT_EPOCHS = "qat-epochs";
  private static final Kind<Long> EPOCHS = new Kind.Whole(Bounds.between(0, MAX_EPOCHS).ofInt());

  private static final String CLIP = "clip";
  private static final String GLOBAL_ADAPTIVE = "global-adaptive";

  private enum LossKind {
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR
  }

  private TrainingReader() {}

  static TrainingConfiguration read(
      Section section, DataConfiguration data, QuantizationConfiguration quantization) {
    long seed = section.value("seed", new Kind.Whole(Bounds.any()), 42L);
    int batchSize = section.integer("batch-size", 128, Bounds.between(1, 1 << 20));
    int shards = section.integer("shards", 8, Bounds.between(1, 1 << 16));
    EngineChoice engine = section.choice("engine", EngineChoice.AUTO);
    InstructionSetChoice instructionSet =
        section.choice("instruction-set", InstructionSetChoice.AUTO);
    int threads = section.integer("threads", 1, Bounds.between(1, 1024));
    GradientPrecision gradients = section.choice("gradients", GradientPrecision.FLOAT32);
    int calibrationSteps = section.integer("calibration-steps", 16, Bounds.between(1, MAX_EPOCHS));
    Loss loss = loss(section.group("loss"), data);
    Optional<DistillationConfiguration> distillation =
        DistillationConfiguration.read(section.group("distillation"), data);
    Section optimizerSection = section.group("optimizer");
    OptimizerKind optimizer = optimizerSection.choice("type", OptimizerKind.SGD);
    LearningRate rate =
        LearningRateReader.read(section.group("learning-rate"), optimizer.defaultBase());
    LearningRate qatRate =
        LearningRateReader.read(
            section.group("qat-learning-rate"), LearningRateReader.base(rate) / QAT_DIVISOR);
    Stages stages = ending(section, stages(section, quantization, rate, qatRate));
    TrainingConfiguration training =
        new TrainingConfiguration(
            seed,
            batchSize,
            shards,
            engine,
            instructionSet,
            threads,
            gradients,
            stages,
            calibrationSteps,
            loss,
            distillation,
            optimizer.read(optimizerSection),
            watch(section.group("oscillations")),
            average(section),
            preparations(section),
            clipping(section.group(CLIP)),
            AugmentationConfiguration.read(section.group("augmentation")),
            CheckpointConfiguration.read(section.group("checkpoint")));
    check(section, training);
    return training;
  }

  /** Those of the list, or a float and a quantized one. */
  private static Stages stages(
      Section section,
      QuantizationConfiguration quantization,
      LearningRate floatRate,
      LearningRate qatRate) {
    Optional<Stages> stages = new StagesReader(quantization, floatRate, qatRate).read(section);
    if (section.hasItems("stages")) {
      for (String key : List.of(FLOAT_EPOCHS, QAT_EPOCHS)) {
        if (section.optional(key, EPOCHS).isPresent()) {
          section.conflict(key, "training.stages say how many epochs each has: leave this out");
        }
      }
      return stages.orElseGet(
          () -> Stages.of(quantization.scheme(), 1, floatRate, 1, qatRate, BatchNormFreeze.NEVER));
    }
    int floatEpochs = Math.toIntExact(section.value(FLOAT_EPOCHS, EPOCHS, 3L));
    int qatEpochs = Math.toIntExact(section.value(QAT_EPOCHS, EPOCHS, 2L));
    return Stages.of(
        quantization.scheme(),
        floatEpochs,
        floatRate,
        qatEpochs,
        qatRate,
        quantization.freeze(qatEpochs));
  }

  private static Stages ending(Section section, Stages stages) {
    if (!section.flag(RE_ESTIMATE, false)) {
      return stages;
    }
    if (stages.epochs(Form.QUANTIZED) == 0) {
      section.conflict(RE_ESTIMATE, "no stage trains with quantization");
      return stages;
    }
    return stages.reEstimatingAtEnd();
  }

  private static void check(Section section, TrainingConfiguration training) {
    if (Integer.bitCount(training.shards()) != 1) {
      section.conflict("shards", "must be a power of two");
    } else if (training.batchSize() % training.shards() != 0) {
      section.conflict("batch-size", "must be a multiple of training.shards " + training.shards());
    }
    if (training.gradients() == GradientPrecision.BFLOAT16
        && training.engine() == EngineChoice.REFERENCE) {
      section.conflict("gradients", "bfloat16 needs training.engine onednn");
    }
  }

  private static Loss loss(Section section, DataConfiguration data) {
    LossKind usual = data.isRegression() ? LossKind.MEAN_SQUARED_ERROR : LossKind.CROSS_ENTROPY;
    LossKind kind = section.choice("type", usual);
    if (kind != usual) {
      section.conflict(
          "type", "data.classes %d needs %s".formatted(data.classes(), Kind.word(usual)));
    }
    return kind == LossKind.MEAN_SQUARED_ERROR
        ? new Loss.MeanSquaredError(data.outputs())
        : new Loss.SoftmaxCrossEntropy(section.real("label-smoothing", 0, Bounds.fromBelow(0, 1)));
  }

  private static Optional<WeightAverage> average(Section section) {
    double decay = section.real("average-decay", 0, Bounds.fromBelow(0, 1));
    return decay > 0 ? Optional.of(new WeightAverage(decay)) : Optional.empty();
  }

  private static Set<Preparation> preparations(Section section) {
    Set<Preparation> preparations = EnumSet.noneOf(Preparation.class);
    if (section.flag("equalize-weights", false)) {
      preparations.add(Preparation.EQUALIZATION);
    }
    if (section.flag("correct-bias", false)) {
      preparations.add(Preparation.BIAS_CORRECTION);
    }
    return preparations;
  }

  private static Optional<OscillationWatch> watch(Section section) {
    boolean watches = section.flag("watch", false);
    Bounds share = Bounds.aboveUpTo(0, 1);
    double momentum = section.real("momentum", OscillationWatch.DEFAULT_MOMENTUM, share);
    double threshold = section.real("threshold", OscillationWatch.DEFAULT_THRESHOLD, share);
    double freezeAbove = section.real("freeze-above", 0, Bounds.between(0, 1));
    if (!watches && freezeAbove > 0) {
      section.conflict("freeze-above", "needs training.oscillations.watch: true");
    }
    return watches
        ? Optional.of(new OscillationWatch(momentum, threshold, freezeAbove))
        : Optional.empty();
  }

  /** Reports clipping that needs what no worker has when each holds a slice. */
  static void requireWholeRows(
      Section training, GradientClipping clipping, ExchangeSettings exchange) {
    if (clipping.global().adaptive() > 0 && exchange.slices() == ExchangeSettings.Slices.ALWAYS) {
      training
          .group(CLIP)
          .conflict(
              GLOBAL_ADAPTIVE,
              "cluster.slices: always cuts the rows of weights whose norms it needs; use cluster.slices: auto, or training.clip.adaptive, which clips before anything is cut");
    }
  }

  private static GradientClipping clipping(Section section) {
    Bounds bounds = Bounds.atLeast(0);
    Clipping shard =
        new Clipping(
            section.real("shard-norm", 0, bounds),
            section.real("value", 0, bounds),
            section.real("adaptive", 0, bounds));
    Clipping global =
        new Clipping(
            section.real("global-norm", 0, bounds),
            section.real("global-value", 0, bounds),
            section.real(GLOBAL_ADAPTIVE, 0, bounds));
    return new GradientClipping(shard, global);
  }
}
