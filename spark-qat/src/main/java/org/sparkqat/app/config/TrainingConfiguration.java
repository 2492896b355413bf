package org.sparkqat.app.config;

import java.util.Optional;
import java.util.Set;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.InstructionSetChoice;
import org.sparkqat.training.GradientClipping;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.Stages;
import org.sparkqat.training.WeightAverage;

/**
 * Group {@code training}: the stages, and what a step does.
 *
 * @param seed of all random numbers
 * @param batchSize examples of a global batch, a multiple of {@code shards}
 * @param shards logical data-parallel lanes, a power of two
 * @param instructionSet what all processes compute with
 * @param threads threads of a task
 * @param gradients numbers that gradients are multiplied in during QAT
 * @param stages what is trained, one after another
 * @param watch of weights that oscillate; empty: nobody watches
 * @param average of the weights; empty: none
 * @param preparations of the network for its first calibration
 * @param calibrationSteps global batches whose ranges are observed before a quantized stage
 * @param distillation whom the network learns from in QAT
 */
public record TrainingConfiguration(
    long seed,
    int batchSize,
    int shards,
    EngineChoice engine,
    InstructionSetChoice instructionSet,
    int threads,
    GradientPrecision gradients,
    Stages stages,
    int calibrationSteps,
    Loss loss,
    Optional<DistillationConfiguration> distillation,
    Optimizer optimizer,
    Optional<OscillationWatch> watch,
    Optional<WeightAverage> average,
    Set<Preparation> preparations,
    GradientClipping clipping,
    AugmentationConfiguration augmentation,
    CheckpointConfiguration checkpoint) {

  /** Examples of a micro-batch: what one shard contributes to a step. */
  public int microBatch() {
    return batchSize / shards;
  }
}
