package org.sparkqat.distributed;

import java.util.Optional;
import org.sparkqat.training.TrainingState;

/** Where states at the ends of stages are to be had again, for a job that goes on. */
public interface Milestones {

  /** Knows of none. */
  Milestones NONE = tag -> Optional.empty();

  /** The state that was kept under the given tag. */
  Optional<TrainingState> tagged(String tag);
}
