package org.sparkqat.app.config;

/**
 * Group {@code training.checkpoint}: when the state is written down. The end of a phase always is.
 *
 * @param everySteps 0: not by steps
 * @param everyEpochs 0: not by epochs
 * @param keep how many of the latest checkpoints stay, besides the best
 */
public record CheckpointConfiguration(int everySteps, int everyEpochs, int keep) {

  static CheckpointConfiguration read(Section section) {
    return new CheckpointConfiguration(
        section.integer("every-steps", 0, Bounds.atLeast(0)),
        section.integer("every-epochs", 1, Bounds.atLeast(0)),
        section.integer("keep", 3, Bounds.between(1, 1000)));
  }
}
