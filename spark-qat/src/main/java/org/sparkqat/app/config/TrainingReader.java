package org.sparkqat.app.config;

import java.util.Optional;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.InstructionSetChoice;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.GradientClipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;

/** Reads group {@code training}. */
final class TrainingReader {

  private static final int MAX_EPOCHS = 1_000_000;

  /** A QAT phase starts from trained weights: its steps are this much smaller. */
  private static final double QAT_DIVISOR = 10;

  private enum LossKind {
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR
  }

  private TrainingReader() {}

  static TrainingConfiguration read(Section section, DataConfiguration data) {
    long seed = section.value("seed", new Kind.Whole(Bounds.any()), 42L);
    int batchSize = section.integer("batch-size", 128, Bounds.between(1, 1 << 20));
    int shards = section.integer("shards", 8, Bounds.between(1, 1 << 16));
    EngineChoice engine = section.choice("engine", EngineChoice.AUTO);
    InstructionSetChoice instructionSet =
        section.choice("instruction-set", InstructionSetChoice.AUTO);
    int threads = section.integer("threads", 1, Bounds.between(1, 1024));
    GradientPrecision gradients = section.choice("gradients", GradientPrecision.FLOAT32);
    int floatEpochs = section.integer("float-epochs", 3, Bounds.between(0, MAX_EPOCHS));
    int calibrationSteps = section.integer("calibration-steps", 16, Bounds.between(1, MAX_EPOCHS));
    int qatEpochs = section.integer("qat-epochs", 2, Bounds.between(0, MAX_EPOCHS));
    Loss loss = loss(section.group("loss"), data);
    Optional<DistillationConfiguration> distillation =
        DistillationConfiguration.read(section.group("distillation"), data);
    Section optimizerSection = section.group("optimizer");
    OptimizerKind optimizer = optimizerSection.choice("type", OptimizerKind.SGD);
    LearningRate rate =
        LearningRateReader.read(section.group("learning-rate"), optimizer.defaultBase());
    TrainingConfiguration training =
        new TrainingConfiguration(
            seed,
            batchSize,
            shards,
            engine,
            instructionSet,
            threads,
            gradients,
            floatEpochs,
            calibrationSteps,
            qatEpochs,
            loss,
            distillation,
            optimizer.read(optimizerSection),
            rate,
            LearningRateReader.read(
                section.group("qat-learning-rate"), LearningRateReader.base(rate) / QAT_DIVISOR),
            clipping(section.group("clip")),
            AugmentationConfiguration.read(section.group("augmentation")),
            CheckpointConfiguration.read(section.group("checkpoint")));
    check(section, training);
    return training;
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
    if (training.floatEpochs() == 0 && training.qatEpochs() == 0) {
      section.conflict("float-epochs", "float-epochs and qat-epochs must not both be 0");
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

  private static GradientClipping clipping(Section section) {
    Bounds bounds = Bounds.atLeast(0);
    Clipping shard =
        new Clipping(
            section.real("shard-norm", 0, bounds),
            section.real("value", 0, bounds),
            section.real("adaptive", 0, bounds));
    return new GradientClipping(shard, new Clipping(section.real("global-norm", 0, bounds), 0, 0));
  }
}
