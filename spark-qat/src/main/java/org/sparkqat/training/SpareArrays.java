package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sparkqat.tensor.Loops;

/**
 * Arrays for the states of a job: those of a state that nobody needs any more serve for the states
 * to come, so that a step allocates no array of the parameters' size. An array that was not taken
 * here, or that another state has too, is never used again. Used by one thread at a time.
 */
public final class SpareArrays {

  private final List<float[]> spare = new ArrayList<>();

  /** What the step before the latest one took: its state may be given back. */
  private List<float[]> before = new ArrayList<>();

  private List<float[]> latest = new ArrayList<>();

  /** A step begins; what is taken from now on is for its state. */
  public void beginStep() {
    before = latest;
    latest = new ArrayList<>();
  }

  /** An array of the given length with anything in it. */
  public float[] take(int length) {
    float[] array = spared(length);
    latest.add(array);
    return array;
  }

  private float[] spared(int length) {
    for (int i = 0; i < spare.size(); i++) {
      if (spare.get(i).length == length) {
        return spare.remove(i);
      }
    }
    return new float[length];
  }

  /** Such an array with the given values. */
  float[] copyOf(float[] values) {
    float[] copy = take(values.length);
    Loops.PARALLEL.run(
        0, values.length, (from, to) -> System.arraycopy(values, from, copy, from, to - from));
    return copy;
  }

  /**
   * Nobody needs a state any more, but for what the next one has of it: the arrays that were taken
   * for it are free. Otherwise than the next one's, its numbers must not be read from now on.
   *
   * @param state made by the step before the latest one; of any other, nothing is freed
   * @param next made from it by the latest step
   */
  public void reclaim(TrainingState state, TrainingState next) {
    List<float[]> free =
        before.stream().filter(array -> has(state, array) && !has(next, array)).toList();
    spare.addAll(free);
    before = new ArrayList<>();
  }

  private static boolean has(TrainingState state, float[] array) {
    return arrays(state).anyMatch(each -> each == array);
  }

  private static Stream<float[]> arrays(TrainingState state) {
    return Stream.of(
            Stream.of(state.parameters(), state.statistics()),
            Stream.of(state.slots()),
            state.memory().arrays().values().stream())
        .flatMap(arrays -> arrays);
  }
}
