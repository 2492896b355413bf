package org.sparkqat.distributed.progress;

import java.util.Optional;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.training.Position;

/**
 * A stage that has not passed its gate.
 *
 * @param ended where it ended
 * @param stage its name
 * @param data that this was found on; empty: it came to numbers that are not finite
 * @param reason why it has not passed
 * @param before name of the stage whose network was the last good one
 * @param outcome what happens now
 */
public record RollBack(
    Position ended,
    String stage,
    Optional<EvaluationSet> data,
    String reason,
    String before,
    Outcome outcome) {

  /** What happens after a gate was not passed. */
  public enum Outcome {
    /** The stage is repeated from its beginning, with a smaller learning rate. */
    REPEATED,
    /** Training ends with the network of the stage before. */
    STOPPED,
    /** Training goes on with what was reached. */
    KEPT
  }

  /** One line about it. */
  public String text() {
    return "Stage %s, attempt %d, has not passed its gate%s: %s; %s"
        .formatted(
            stage,
            ended.attempt() + 1,
            data.map(set -> " on the " + set + " data").orElse(""),
            reason,
            consequence());
  }

  private String consequence() {
    return switch (outcome) {
      case REPEATED -> "going back to " + before + ", again with a smaller learning rate";
      case STOPPED -> "going back to " + before + ", where training ends";
      case KEPT -> "its network is kept nevertheless (on-failure: keep)";
    };
  }
}
