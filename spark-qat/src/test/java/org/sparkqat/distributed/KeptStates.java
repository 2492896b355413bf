package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** Holds every state that a training could have written down, in their order. */
final class KeptStates implements StateKeeper {

  private final List<TrainingState> states = new ArrayList<>();

  List<TrainingState> list() {
    return states;
  }

  Stream<TrainingState> stream() {
    return states.stream();
  }

  @Override
  public void afterSteps(TrainingState state, int steps) {
    states.add(state);
  }

  @Override
  public void afterEpoch(TrainingState state, double accuracy) {
    states.add(state);
  }

  @Override
  public void afterPhase(TrainingState state, Position ended, double accuracy) {
    states.add(state);
  }
}
