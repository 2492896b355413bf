package org.sparkqat.training;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a stage remembers from step to step, beside the network and the optimizer.
 *
 * @param quietSteps steps, one after another, in which the batch-norm statistics hardly moved
 * @param arrays numbers for each parameter or statistic, by what they are: lower-case letters
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

  /** The numbers of a kind; empty: there are none. */
  public Optional<float[]> of(String name) {
    return Optional.ofNullable(arrays.get(name));
  }

  /** The same without the numbers of a kind. */
  public StageMemory without(String name) {
    Map<String, float[]> fewer = new TreeMap<>(arrays);
    fewer.remove(name);
    return new StageMemory(quietSteps, fewer);
  }

  /** What stays when another stage begins: only the numbers of the given kind. */
  public StageMemory only(String name) {
    return of(name).map(numbers -> NONE.with(name, numbers)).orElse(NONE);
  }
}
