package org.sparkqat.training;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What {@code state.json} holds: a checkpoint without its arrays.
 *
 * @param format version of the files' form
 * @param slots number of optimizer slots, one file each
 * @param memory kinds of numbers that the stage remembers, one file each
 * @param tag empty: none
 * @param score NaN: none
 */
record CheckpointDescription(
    int format,
    Position position,
    long observations,
    Map<String, Double> results,
    int slots,
    int quietSteps,
    List<String> memory,
    String tag,
    double score,
    Map<String, String> fingerprint,
    String program,
    String instructionSet) {

  static final String FILE = "state.json";
  static final int FORMAT = 2;

  static CheckpointDescription of(
      TrainingState state, CheckpointMark mark, CheckpointOrigin origin) {
    return new CheckpointDescription(
        FORMAT,
        state.position(),
        state.observations(),
        new TreeMap<>(state.results()),
        state.slots().length,
        state.memory().quietSteps(),
        List.copyOf(state.memory().arrays().keySet()),
        mark.tag(),
        mark.score().orElse(Double.NaN),
        origin.sortedFingerprint(),
        origin.program(),
        origin.instructionSet());
  }

  CheckpointMark mark() {
    OptionalDouble value = Double.isNaN(score) ? OptionalDouble.empty() : OptionalDouble.of(score);
    return new CheckpointMark(tag, value);
  }

  CheckpointOrigin origin() {
    return new CheckpointOrigin(fingerprint, program, instructionSet);
  }
}
