package org.sparkqat.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which checkpoints stay: the last ones, the best one and every tagged one. A damaged one counts
 * for nothing and goes once it is older than the last ones.
 *
 * @param last how many of the furthest checkpoints stay, at least 1, default 3
 */
public record CheckpointRetention(int last) {

  public static final CheckpointRetention DEFAULT = new CheckpointRetention(3);

  public CheckpointRetention {
    if (last < 1) {
      throw Limits.invalid("number of checkpoints to keep", last, "must be at least 1");
    }
  }

  /** Those that go. */
  List<CheckpointCandidate> superfluous(List<CheckpointCandidate> furthestFirst) {
    Optional<CheckpointCandidate> best = best(furthestFirst);
    List<CheckpointCandidate> superfluous = new ArrayList<>();
    int intact = 0;
    for (CheckpointCandidate candidate : furthestFirst) {
      boolean recent = intact < last;
      if (!candidate.isDamaged()) {
        intact++;
      }
      boolean isMilestone = candidate.isTagged() && !candidate.isDamaged();
      if (!recent && !isMilestone && !best.equals(Optional.of(candidate))) {
        superfluous.add(candidate);
      }
    }
    return superfluous;
  }

  /** The highest score; of equal ones the furthest. */
  static Optional<CheckpointCandidate> best(List<CheckpointCandidate> furthestFirst) {
    return furthestFirst.stream()
        .filter(c -> c.score() > Double.NEGATIVE_INFINITY)
        .sorted(Comparator.comparingDouble(CheckpointCandidate::score).reversed())
        .findFirst();
  }
}
