package org.sparkqat.training;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stage remembers from step to step, beside the network and the optimizer.
 *
 * @param quietSteps steps, one after another, in which the batch-norm statistics hardly moved
 * @param arrays numbers for each parameter, by what they are
 */
public record StageMemory(int quietSteps, Map<String, float[]> arrays) {

  /** Remembers nothing. */
  public static final StageMemory NONE = new StageMemory(0, Map.of());

  public StageMemory {
    arrays = Collections.unmodifiableMap(new TreeMap<>(arrays));
  }

  /** The same with another number of quiet steps. */
  public StageMemory quietSteps(int other) {
    return new StageMemory(other, arrays);
  }

  /** The same with other numbers of one kind. */
  public StageMemory with(String name, float[] numbers) {
    Map<String, float[]> more = new TreeMap<>(arrays);
    more.put(name, numbers);
    return new StageMemory(quietSteps, more);
  }

  /** What stays when another stage begins: only the numbers of the given kind. */
  public StageMemory only(String name) {
    return arrays.containsKey(name)
        ? NONE.with(name, arrays.getOrDefault(name, new float[0]))
        : NONE;
  }
}
