package org.sparkqat.app.output;

import java.util.Optional;

/** What a run does about the run that its output folder may hold already. */
public sealed interface StartMode {

  /** Starts from the beginning, in a folder without a run. */
  record Fresh() implements StartMode {}

  /** Starts from the beginning and replaces the run of the folder. */
  record Overwrite() implements StartMode {}

  /**
   * Goes on where a run stopped; starts from the beginning when the folder holds no checkpoint.
   *
   * @param checkpoint name of a checkpoint; empty: the latest complete one
   */
  record Resume(Optional<String> checkpoint) implements StartMode {}
}
