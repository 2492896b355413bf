package org.sparkqat.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.app.config.AugmentationConfiguration;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.config.TrainingConfiguration;
import org.sparkqat.data.Augmentation;
import org.sparkqat.distributed.TrainingSettings;
import org.sparkqat.distributed.wire.GradientCoding;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.training.CheckpointOrigin;

/** A configuration in the terms of the packages that carry it out. */
final class JobSettings {

  private JobSettings() {}

  static TrainingSettings training(JobConfiguration job) {
    TrainingConfiguration training = job.training();
    return new TrainingSettings(
        worker(job),
        training.optimizer(),
        training.stages(),
        training.clipping().global(),
        training.calibrationSteps(),
        training.watch(),
        GradientCoding.of(job.cluster().encoding()),
        job.quantization().ranges(),
        training.average(),
        training.preparations());
  }

  static WorkerSpecification worker(JobConfiguration job) {
    TrainingConfiguration training = job.training();
    return new WorkerSpecification(
        job.network(),
        job.data().normalization(),
        job.scheme(),
        training.loss(),
        training.clipping().shard(),
        augmentations(training.augmentation()),
        job.data().classes(),
        training.microBatch(),
        training.shards(),
        training.seed(),
        training.engine(),
        training.threads(),
        training.gradients(),
        training.instructionSet().instructionSet(),
        Optional.empty());
  }

  private static List<Augmentation> augmentations(AugmentationConfiguration configuration) {
    List<Augmentation> augmentations = new ArrayList<>();
    if (configuration.cropPadding() > 0) {
      augmentations.add(new Augmentation.RandomCrop(configuration.cropPadding()));
    }
    if (configuration.horizontalFlip()) {
      augmentations.add(new Augmentation.HorizontalFlip());
    }
    return augmentations;
  }

  /** What checkpoints of a job are marked with. */
  static CheckpointOrigin origin(Map<String, String> fingerprint, String instructionSet) {
    return new CheckpointOrigin(fingerprint, Version.current(), instructionSet);
  }
}
