package org.sparkqat.training;

import java.util.List;

/**
 * A training state that was read back, verified.
 *
 * @param name folder of the checkpoint, e.g. {@code step-00000040}
 * @param origin what wrote it
 * @param skipped one message for each checkpoint that was preferred but is damaged
 */
public record Checkpoint(
    String name,
    TrainingState state,
    CheckpointMark mark,
    CheckpointOrigin origin,
    List<String> skipped) {

  public Checkpoint {
    skipped = List.copyOf(skipped);
  }
}
